"""What is found of trials: the files that verdicts rest on, and those of things."""

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import AttachedFile
from evaltracker.pages.search.registry import Reader, Search, register_search
from trials.models import Evidence
from vendors.admin.searches import cell_name
from vendors.admin.targets import cell_address
from vendors.policy import to_declare
from vendors.selectors.readable import readable


def proofs(reader: Reader) -> QuerySet[Evidence]:
    """Verdicts that have a file, of candidates whose words the reader may read."""
    rows: QuerySet[Evidence] = Evidence.objects.visible_to(reader.user)
    with_file = rows.exclude(file_name="")
    return readable(with_file, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


register_search(
    Search(
        kind="proofs",
        title="Files of evidence",
        order=80,
        icon="draft",
        rows=proofs,
        columns=("file_name",),
        closest="file_name",
        label=lambda row: row.file_name,
        address=lambda row: cell_address(row.claim),
        beneath=lambda row: (
            f"{row.get_source_display()} of {cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)


def attached(reader: Reader) -> QuerySet[AttachedFile]:
    """Files on things, of evaluations whose candidates the reader has answered for."""
    rows: QuerySet[AttachedFile] = AttachedFile.objects.visible_to(reader.user).kept()
    unasked = to_declare(reader.user).values_list("evaluation", flat=True)
    return rows.exclude(evaluation__in=list(unasked)).select_related("evaluation")


register_search(
    Search(
        kind="attached",
        title="Attached files",
        order=85,
        icon="attach_file",
        rows=attached,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: reverse("admin:attached_file", args=[row.pk]),
        beneath=lambda row: f"{row.about} · {row.evaluation}",
        evaluation_path="evaluation",
    )
)
