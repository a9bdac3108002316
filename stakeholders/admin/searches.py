"""People by name: those who run or have a part in what the reader may see."""

from django.db.models import Prefetch, Q, QuerySet

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.search.registry import Reader, Search, register_search
from evaltracker.pages.site import site
from evaltracker.pages.workspace import page_address
from stakeholders.models import Stakeholder


def people(reader: Reader) -> QuerySet[User]:
    """Owners and stakeholders, each with the newest of the places they have there.

    Nobody else is found: to everybody but who adds people, other logins do not exist.
    """
    seen: QuerySet[Evaluation] = Evaluation.objects.visible_to(reader.user).real()
    all_parts: QuerySet[Stakeholder] = Stakeholder.objects.visible_to(reader.user)
    parts = all_parts.filter(left_at__isnull=True)
    with_part = parts.order_by().values("user")
    owners = seen.order_by().values("owner")
    newest = "-evaluation__created_at"
    rows: QuerySet[User] = User.objects.filter(Q(pk__in=with_part) | Q(pk__in=owners))
    found: QuerySet[User] = rows.prefetch_related(
        Prefetch(
            "parts",
            queryset=parts.select_related("evaluation").order_by(newest)[:1],
            to_attr="newest_part",
        ),
        Prefetch(
            "owned_evaluations",
            queryset=seen.order_by("-created_at")[:1],
            to_attr="newest_owned",
        ),
    )
    return found


def address(person: User) -> str:
    """Their row among the stakeholders, or the page of what they run."""
    part, owned = _places(person)
    if part is not None:
        return site.address_of(part)
    return page_address(owned, "stakeholders") if owned is not None else ""


def beneath(person: User) -> str:
    """Their newest part, or what they run."""
    part, owned = _places(person)
    if part is not None:
        return f"{part.get_role_display()} in {part.evaluation}"
    return f"Runs {owned}" if owned is not None else ""


def _places(person: User) -> tuple[Stakeholder | None, Evaluation | None]:
    parts: list[Stakeholder] = getattr(person, "newest_part", [])
    owned: list[Evaluation] = getattr(person, "newest_owned", [])
    return next(iter(parts), None), next(iter(owned), None)


register_search(
    Search(
        kind="people",
        title="People",
        order=50,
        icon="groups",
        rows=people,
        columns=("first_name", "last_name", "username"),
        closest="last_name",
        label=lambda row: row.name,
        address=address,
        beneath=beneath,
    )
)
