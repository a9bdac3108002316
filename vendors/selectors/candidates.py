"""Candidates as they are found, what they are asked, and for which values."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet

from evaltracker.evaluations.models import (
    Demand,
    Evaluation,
    Notice,
    Requirement,
    ScopeValue,
)
from vendors.answered_values import availabilities, says
from vendors.choices import CandidateState
from vendors.claims import Named, read_named_values, without_empty
from vendors.models import Candidate, Vendor

ACTIVE = (CandidateState.LONGLISTED, CandidateState.SHORTLISTED, CandidateState.CHOSEN)


def invitations(vendor: Vendor) -> QuerySet[Candidate]:
    rows: QuerySet[Candidate] = Candidate.objects.for_vendor(vendor)
    return rows.filter(invited_at__isnull=False).select_related("evaluation", "vendor")


def active_candidates(evaluation: Evaluation) -> QuerySet[Candidate]:
    rows: QuerySet[Candidate] = Candidate.objects.filter(evaluation=evaluation)
    return rows.filter(state__in=ACTIVE).select_related("vendor")


def asked_requirements(evaluation: Evaluation) -> QuerySet[Requirement]:
    rows: QuerySet[Requirement] = Requirement.objects.filter(evaluation=evaluation)
    return rows.filter(retired_at__isnull=True).select_related("category")


# For which values of the brief's lists a requirement must hold, and which are owed.

type Value = tuple[str, str]


class StandingClaim(NamedTuple):
    requirement_revision: int
    availability: str
    environments: list[str]
    holds_for: Mapping[str, Any] | None


NOTHING = StandingClaim(0, "", [], None)


def with_demands(requirements: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Each with its lists and their values, in three queries more."""
    return requirements.prefetch_related("demands__scope__values")


def demanded(requirement: Requirement) -> dict[str, list[str]]:
    """The values by list in which it must hold today; none: it has no list."""
    return {
        held.scope.name: [
            value.name for value in held.scope.values.all() if not value.retired_at
        ]
        for held in requirement.demands.all()
    }


def lists_of(evaluation: Evaluation) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {scope.name: [] for scope in evaluation.scopes.all()}
    values = ScopeValue.objects.current().filter(scope__evaluation=evaluation)
    for scope, value in values.order_by("position", "name").values_list(
        "scope__name", "name"
    ):
        lists[scope].append(value)
    return lists


def owed_values(
    claim: StandingClaim, requirement: Requirement, ruled: Mapping[str, Iterable[str]]
) -> set[Value]:
    said_of = said_of_values(claim, requirement, ruled)
    return {value for value, availability in said_of.items() if not says(availability)}


def said_of_values(
    claim: StandingClaim, requirement: Requirement, ruled: Mapping[str, Iterable[str]]
) -> dict[Value, str]:
    """What is said of each value in which it must hold and that is not ruled out; blank
    where nothing is."""
    lists = demanded(requirement)
    out = {(name, value) for name, values in ruled.items() for value in values}
    said_of = availabilities(
        claim.holds_for, claim.environments, claim.availability, lists
    )
    return {
        (name, value): said_of.get((name, value), "")
        for name, values in lists.items()
        for value in values
        if (name, value) not in out
    }


# The name under which `vendors.notices` owes them.
LETTER = "invitation"


def invitation_letters(*candidates: Candidate) -> QuerySet[Notice]:
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(candidate.pk) for candidate in candidates]
    )
    return rows.order_by("created_at")


def read_item_values(values: object, evaluation: Evaluation) -> Named:
    """The values that a criterion, a script item, an excuse or a ruling names; where it
    names none of a list, the list is left out.

    Raises:
        Invalid: as `read_named_values` does.
    """
    return without_empty(read_named_values(values, lists_of(evaluation)))


def demanded_of(requirement: Requirement) -> Named:
    """The lists in whose every value the requirement must hold, if they have any."""
    return without_empty(demanded(requirement))


def demanded_in(evaluation: Evaluation) -> dict[Any, Named]:
    demands = Demand.objects.filter(requirement__evaluation=evaluation)
    rows = demands.order_by("scope__position", "scope__name").values_list(
        "requirement_id", "scope__name"
    )
    marked = list(rows)
    lists = lists_of(evaluation) if marked else {}
    by_requirement: dict[Any, Named] = {}
    for requirement, name in marked:
        if lists[name]:
            by_requirement.setdefault(requirement, {})[name] = lists[name]
    return by_requirement
