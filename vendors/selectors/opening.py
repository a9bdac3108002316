"""Who may be the second person that opens prices, and how far the opening is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from stakeholders.choices import Role
from stakeholders.models import Delegation, Stakeholder
from stakeholders.policy import lendings_today, voices
from vendors.models import Conflict, PriceOpening

# Who answers for the money.
OPENING_ROLES = (Role.LEADERSHIP, Role.FINANCE)
NOBODY = (
    "Nobody may confirm it. Add a stakeholder with the role Leadership or Finance who "
    "has no declared interest in a candidate."
)


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who may confirm, in their own part or in that of who lent it."""

    user: User
    part: Stakeholder
    lending: Delegation | None


@dataclass(frozen=True, slots=True)
class OpeningState:
    """How far the opening of an evaluation's prices is, as one reader sees it.

    `asked` is the request that stands, if any; `awaited` is who may confirm it, or
    could if it were asked for; `mine` says whether the reader is one of them.
    """

    asked: PriceOpening | None
    awaited: list[User]
    mine: bool

    @property
    def names(self) -> str:
        """Who is awaited, in words."""
        return " or ".join(person.name for person in self.awaited)


def opening_of(evaluation: Evaluation) -> PriceOpening | None:
    """The request that stands: awaited, or confirmed."""
    rows = PriceOpening.objects.standing().filter(evaluation=evaluation)
    found: PriceOpening | None = rows.select_related(
        "evaluation", "asked_by", "confirmed_by", "on_behalf_of"
    ).first()
    return found


def opening_state(evaluation: Evaluation, user: User) -> OpeningState:
    """How far it is, for the page that `user` reads; before its stage nothing is."""
    if evaluation.stage != Stage.DECISION and evaluation.prices_opened_at is None:
        return OpeningState(None, [], mine=False)
    asked = opening_of(evaluation)
    if evaluation.prices_opened_at is not None:
        return OpeningState(asked, [], mine=False)
    people = second_people(evaluation, asked)
    return OpeningState(asked, people, mine=asked is not None and user in people)


def second_people(
    evaluation: Evaluation, asked: PriceOpening | None = None
) -> list[User]:
    """Who may confirm, each once, by name."""
    found = {second_seat.user for second_seat in second_seats(evaluation, asked)}
    return sorted(found, key=lambda person: (person.name, person.pk))


def second_seats(
    evaluation: Evaluation, asked: PriceOpening | None = None
) -> list[Seat]:
    """Every seat from which the opening can be confirmed, own ones first.

    Never the owner's or that of who asked, in person or lent, and of nobody who has a
    declared interest in a candidate.
    """
    seats = [*own_seats(evaluation), *lent_seats(evaluation)]
    never = {evaluation.owner_id, asked.asked_by_id if asked else None}
    never |= interested([evaluation.pk])[evaluation.pk]
    return [seat for seat in seats if not never & {seat.user.pk, seat.part.user_id}]


def own_seats(evaluation: Evaluation) -> Iterable[Seat]:
    """Those who hold one of the roles."""
    held = voices().filter(
        evaluation=evaluation, role__in=OPENING_ROLES, user__is_active=True
    )
    held = held.select_related("user")
    return [Seat(stakeholder.user, stakeholder, None) for stakeholder in held]


def lent_seats(evaluation: Evaluation) -> Iterable[Seat]:
    """Those who stand in for one of them today; one step only."""
    lent = lendings_today(evaluation).filter(
        stakeholder__role__in=OPENING_ROLES, substitute__is_active=True
    )
    return [
        Seat(delegation.substitute, delegation.stakeholder, delegation)
        for delegation in lent
    ]


def interested(ids: Collection[UUID]) -> dict[UUID, set[int]]:
    """By evaluation, ids of people with an uncleared interest in a candidate of it."""
    rows = Conflict.objects.barring().filter(candidate__evaluation__in=ids)
    found: dict[UUID, set[int]] = {key: set() for key in ids}
    for evaluation, person in rows.values_list("candidate__evaluation", "person"):
        found[evaluation].add(person)
    return found
