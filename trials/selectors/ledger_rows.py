"""The rows of the ledger: what is asked, and in which values of the brief."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Demand, Evaluation, Requirement
from trials.scoring import Value


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
    """The rows of these requirements, or of all that are not retired; two queries."""
    demanded = demanded_values(evaluation)
    if requirements is not None:
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
    found = Requirement.objects.filter(evaluation=evaluation, retired_at=None)
    names = (*LedgerRow._fields[:-2], "category__name")
    return [
        LedgerRow._make((*values, demanded.get(values[0], ())))
        for values in found.values_list(*names)
    ]


def demanded_values(
    evaluation: Evaluation,
) -> dict[UUID, tuple[Value, ...]]:
    """By requirement the values of the brief in which it must hold; one query."""
    found: dict[UUID, list[Value]] = {}
    demands = Demand.objects.filter(
        requirement__evaluation=evaluation,
        scope__values__isnull=False,
        scope__values__retired_at=None,
    )
    rows = demands.order_by(
        *("scope__position", "scope__name"),
        *("scope__values__position", "scope__values__name"),
    ).values_list("requirement_id", "scope__name", "scope__values__name")
    for requirement, name, value in rows:
        found.setdefault(requirement, []).append(Value(name, value))
    return {requirement: tuple(values) for requirement, values in found.items()}
