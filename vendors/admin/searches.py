"""What is found of candidates: by name, by what they answered, by their files."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.kit.text import shortened
from evaltracker.pages.search.registry import Reader, Search, register_search
from evaltracker.pages.site import site
from vendors.admin.targets import cell_address
from vendors.models import Candidate, Claim, ClaimFile, Vendor
from vendors.selectors.readable import readable


def candidates(reader: Reader) -> QuerySet[Candidate]:
    """Every candidate, whatever became of it."""
    rows: QuerySet[Candidate] = Candidate.objects.visible_to(reader.user)
    return rows.select_related("evaluation__owner", "vendor")


def answers(reader: Reader) -> QuerySet[Claim]:
    """The answers that stand, of candidates whose words the reader may read."""
    rows: QuerySet[Claim] = Claim.objects.visible_to(reader.user)
    current = rows.filter(superseded_at__isnull=True)
    return readable(current, reader.user, "candidate").select_related(
        "candidate__evaluation", "requirement"
    )


def files(reader: Reader) -> QuerySet[ClaimFile]:
    """The files that came with answers."""
    rows: QuerySet[ClaimFile] = ClaimFile.objects.visible_to(reader.user)
    return readable(rows, reader.user, "claim__candidate").select_related(
        "claim__candidate__evaluation", "claim__requirement"
    )


def companies(reader: Reader) -> QuerySet[Vendor]:
    """The companies behind candidates."""
    rows: QuerySet[Vendor] = Vendor.objects.visible_to(reader.user)
    return rows


def cell_name(claim: Any) -> str:
    """Whose answer to what."""
    return f"{claim.candidate}, {claim.requirement.ref}"


register_search(
    Search(
        kind="candidates",
        title="Candidates",
        order=30,
        icon="category",
        rows=candidates,
        columns=("name",),
        closest="name",
        label=str,
        address=lambda row: reverse("admin:candidate", args=[row.pk]),
        beneath=lambda row: f"{row.get_state_display()} · {row.evaluation}",
        evaluation_path="evaluation",
        has_acts=True,
    )
)
register_search(
    Search(
        kind="answers",
        title="Answers",
        order=60,
        icon="campaign",
        rows=answers,
        columns=("statement",),
        closest="statement",
        label=lambda row: f"{cell_name(row)}: {shortened(row.statement, 70)}",
        address=cell_address,
        beneath=lambda row: (
            f"{row.get_availability_display()} · {row.candidate.evaluation}"
        ),
        evaluation_path="candidate__evaluation",
    )
)
register_search(
    Search(
        kind="files",
        title="Files from vendors",
        order=70,
        icon="attach_file",
        rows=files,
        columns=("name",),
        closest="name",
        label=lambda row: row.name,
        address=lambda row: cell_address(row.claim),
        beneath=lambda row: (
            f"With the answer of {cell_name(row.claim)} · "
            f"{row.claim.candidate.evaluation}"
        ),
        evaluation_path="claim__candidate__evaluation",
    )
)
register_search(
    Search(
        kind="companies",
        title="Companies",
        order=90,
        icon="storefront",
        rows=companies,
        columns=("name",),
        closest="name",
        label=str,
        address=site.address_of,
        beneath=lambda row: row.website,
    )
)
