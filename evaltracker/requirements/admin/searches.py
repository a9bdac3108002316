"""What is found of the record: requirements, and logins for those who keep them."""

from django.db.models import QuerySet

from evaltracker.evaluations.models import Requirement, User
from evaltracker.evaluations.policy import may_add_people
from evaltracker.kit.text import shortened
from evaltracker.pages.search.registry import Reader, Search, register_search
from evaltracker.pages.site import site


def requirements(reader: Reader) -> QuerySet[Requirement]:
    """Those that were not retired."""
    rows: QuerySet[Requirement] = Requirement.objects.visible_to(reader.user)
    return rows.filter(retired_at__isnull=True).select_related(
        "evaluation__owner", "category"
    )


def logins(reader: Reader) -> QuerySet[User]:
    """Who can log in, for those who may add people."""
    rows: QuerySet[User] = User.objects.visible_to(reader.user)
    return rows if may_add_people(reader.user) else rows.none()


register_search(
    Search(
        kind="requirements",
        title="Requirements",
        order=40,
        icon="checklist",
        rows=requirements,
        columns=("ref", "text"),
        closest="ref",
        label=lambda row: f"{row.ref} {shortened(row.text, 70)}",
        address=site.address_of,
        beneath=lambda row: f"{row.category} · {row.evaluation}",
        evaluation_path="evaluation",
        has_acts=True,
    )
)
register_search(
    Search(
        kind="logins",
        title="Logins",
        order=100,
        icon="person",
        rows=logins,
        columns=("username", "first_name", "last_name", "email"),
        closest="username",
        label=lambda row: row.name,
        address=site.address_of,
        beneath=lambda row: row.username,
    )
)
