"""What is found of trials: the files that verdicts rest on."""

from django.db.models import QuerySet

from evaltracker.pages.search.registry import Reader, Search, register_search
from trials.models import Evidence
from vendors.admin.searches import cell_name
from vendors.admin.targets import cell_address
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
