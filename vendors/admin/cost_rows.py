"""What the costs page shows; amounts are read only for those who may see them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vendors import costs
from vendors.choices import CandidateState
from vendors.models import Candidate, CostLine
from vendors.selectors import cost_input, total_of

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of the checklist: its line with what it comes to, or nothing yet."""

    kind: costs.CostKind
    line: CostLine | None
    row: costs.CostRow | None

    @property
    def state(self) -> str:
        """What is known; blank if nobody asked yet."""
        return self.row.state if self.row else ""


@dataclass(frozen=True, slots=True)
class CostColumn:
    """One candidate's costs."""

    candidate: Candidate
    total: costs.TotalCost
    kinds: list[KindRow]
    value: costs.Value | None
    opportunity: costs.OpportunityCost | None
    missing: str

    @property
    def unasked(self) -> list[costs.CostKind]:
        """Kinds that nobody asked about."""
        return [one.kind for one in self.kinds if one.row is None]

    @property
    def has_price(self) -> bool:
        """Whether there is an amount at all; without one a total would be a lie."""
        return any(row.likely is not None for row in self.total.rows)

    @property
    def over_budget(self) -> Decimal | None:
        """By how much the likely total is over the budget."""
        budget = self.candidate.evaluation.budget
        if budget is None or self.total.likely <= budget:
            return None
        return self.total.likely - budget


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind across the candidates."""

    label: str
    cells: list[list[KindRow]]


def cost_columns(evaluation: Evaluation) -> list[CostColumn]:
    """The costs of every candidate that is not eliminated, in two queries."""
    running: Any = Candidate.objects.filter(evaluation=evaluation)
    running = running.exclude(state=CandidateState.ELIMINATED).select_related("vendor")
    lines: dict[object, list[CostLine]] = {}
    for line in CostLine.objects.filter(candidate__evaluation=evaluation):
        lines.setdefault(line.candidate_id, []).append(line)
    columns = []
    for candidate in running:
        candidate.evaluation = evaluation
        given = lines.get(candidate.pk, [])
        for line in given:
            line.candidate = candidate
        columns.append(_column(candidate, given))
    return columns


def compared(columns: list[CostColumn]) -> list[Compared]:
    """Kinds by candidates, in the order of the checklist."""
    return [
        Compared(
            kind.label[0].upper() + kind.label[1:],
            [[row for row in one.kinds if row.kind == kind] for one in columns],
        )
        for kind in costs.CostKind
        if any(row.kind == kind for one in columns for row in one.kinds)
    ]


def _column(candidate: Candidate, lines: list[CostLine]) -> CostColumn:
    total = total_of(candidate, [cost_input(line) for line in lines])
    paired: dict[str, list[KindRow]] = {}
    for line, row in zip(lines, total.rows, strict=True):
        paired.setdefault(line.kind, []).append(KindRow(row.kind, line, row))
    checklist = costs.CHECKLIST[candidate.kind]
    extra = [kind for kind in costs.CostKind if kind in paired]
    kinds = [
        row
        for kind in dict.fromkeys((*checklist, *extra))
        for row in paired.get(kind, [KindRow(kind, None, None)])
    ]
    value, opportunity, missing = _worth(candidate)
    return CostColumn(candidate, total, kinds, value, opportunity, missing)


def _worth(
    candidate: Candidate,
) -> tuple[costs.Value | None, costs.OpportunityCost | None, str]:
    """What its hours are worth and what waiting costs, or what is missing for it."""
    evaluation = candidate.evaluation
    wanted = {
        "hours saved": candidate.hours_saved,
        "months until it is live": candidate.months_to_live,
        "engineers in the brief": evaluation.engineers,
        "a loaded hourly rate": evaluation.loaded_hourly_rate,
    }
    missing = [name for name, number in wanted.items() if number is None]
    if missing:
        return None, None, ", ".join(missing)
    live_from = math.ceil(candidate.months_to_live or 0)
    value = costs.value_of_hours(
        hours_per_day=candidate.hours_saved or Decimal(0),
        engineers=Decimal(evaluation.engineers or 0),
        working_days_per_year=Decimal(evaluation.working_days),
        hourly_rate=evaluation.loaded_hourly_rate or Decimal(0),
        horizon_months=evaluation.horizon_months,
        live_from_month=live_from,
    )
    opportunity = costs.opportunity_cost(
        value_per_month=value.per_month,
        months_until_live=live_from,
        horizon_months=evaluation.horizon_months,
    )
    return value, opportunity, ""
