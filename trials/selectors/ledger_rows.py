"""The rows of the ledger: what is asked, and in which values of the brief."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Demand, Evaluation, Requirement
from trials.scoring import Value

ORDER = ("category__position", "position", "ref")
LISTS = ("scope__position", "scope__name")
VALUES = ("demanded__position", "demanded__name")


class LedgerRow(NamedTuple):
    """A requirement, as far as it is shown and counted.

    `demanded` are the values of the brief in which it must hold.
    """

    pk: UUID
    ref: str
    text: str
    priority: str
    weight: int
    revision: int
    category_id: UUID
    category: str
    demanded: tuple[Value, ...] = ()

    @property
    def is_must(self) -> bool:
        """Whether it is a must-have."""
        return self.priority == Priority.MUST


def live(evaluation: Evaluation) -> list[Requirement]:
    """The requirements that are not retired, with their categories."""
    return list(
        Requirement.objects.filter(
            evaluation=evaluation, retired_at__isnull=True
        ).select_related("category", "metric")
    )


def ledger_rows(
    evaluation: Evaluation, requirements: Sequence[Requirement] | None = None
) -> list[LedgerRow]:
    """The rows of these requirements, or of all that are not retired; one query."""
    if requirements is None:
        return list(_live_rows(evaluation))
    demanded = _demanded([requirement.pk for requirement in requirements])
    return [
        LedgerRow(
            pk=row.pk,
            ref=row.ref,
            text=row.text,
            priority=row.priority,
            weight=row.weight,
            revision=row.revision,
            category_id=row.category_id,
            category=row.category.name,
            demanded=demanded.get(row.pk, ()),
        )
        for row in requirements
    ]


def _live_rows(evaluation: Evaluation) -> Iterator[LedgerRow]:
    """A requirement comes once for each value of the brief in which it must hold."""
    current = Q(demands__scope__values__retired_at=None)
    value = FilteredRelation("demands__scope__values", condition=current)
    found = (
        Requirement.objects.filter(evaluation=evaluation, retired_at=None)
        .annotate(demanded=value)
        .order_by(*ORDER, *(f"demands__{name}" for name in LISTS), *VALUES)
        .values_list(
            *LedgerRow._fields[:-2],
            *("category__name", "demands__scope__name", "demanded__name"),
        )
    )
    for columns, rows in groupby(found, key=lambda row: row[:-2]):
        values = [Value(*row[-2:]) for row in rows if row[-1] is not None]
        yield LedgerRow._make((*columns, tuple(values)))


def _demanded(requirements: Sequence[UUID]) -> dict[UUID, tuple[Value, ...]]:
    """By requirement the values of the brief in which it must hold."""
    current = Q(scope__values__retired_at=None)
    value = FilteredRelation("scope__values", condition=current)
    found = (
        Demand.objects.filter(requirement__in=requirements)
        .annotate(demanded=value)
        .order_by("requirement_id", *LISTS, *VALUES)
        .values_list("requirement_id", "scope__name", "demanded__name")
    )
    return {
        key: tuple(Value(*row[1:]) for row in rows if row[-1] is not None)
        for key, rows in groupby(found, key=lambda row: row[0])
    }
