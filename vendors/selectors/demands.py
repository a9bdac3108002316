"""For which values of the brief's lists a requirement must hold, and which are owed."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation, Requirement, ScopeValue
from vendors.answered_values import answered

type Value = tuple[str, str]


class Said(NamedTuple):
    """What an answer says of values, as it is kept."""

    requirement_revision: int
    availability: str
    environments: list[str]
    holds_for: Mapping[str, Any] | None


NOTHING = Said(0, "", [], None)


def with_demands(requirements: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Each with its lists and their values, in three queries more."""
    return requirements.prefetch_related("demands__scope__values")


def demanded(requirement: Requirement) -> dict[str, list[str]]:
    """The values by list in which it must hold today; none: it has no list."""
    return {
        held.scope.name: [
            it.name for it in held.scope.values.all() if not it.retired_at
        ]
        for held in requirement.demands.all()
    }


def lists_of(evaluation: Evaluation) -> dict[str, list[str]]:
    """The lists of the brief with their values of today."""
    lists: dict[str, list[str]] = {scope.name: [] for scope in evaluation.scopes.all()}
    values = ScopeValue.objects.current().filter(scope__evaluation=evaluation)
    for scope, value in values.order_by("position", "name").values_list(
        "scope__name", "name"
    ):
        lists[scope].append(value)
    return lists


def owed_values(
    said: Said, requirement: Requirement, ruled: Mapping[str, Iterable[str]]
) -> set[Value]:
    """The values, each with its list, that are not answered and not ruled out."""
    lists = demanded(requirement)
    asked = {(name, value) for name, values in lists.items() for value in values}
    out = {(name, value) for name, values in ruled.items() for value in values}
    speaks_of = answered(said.holds_for, said.environments, said.availability, lists)
    return asked - out - speaks_of
