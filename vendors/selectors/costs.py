"""Cost lines as the pure functions want them; callers ask the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vendors import costs
from vendors.models import CostLine

if TYPE_CHECKING:
    from vendors.models import Candidate


def cost_inputs(candidate: Candidate) -> list[costs.Line]:
    """A candidate's lines as the pure functions want them; callers ask the policy."""
    return [cost_input(line) for line in CostLine.objects.filter(candidate=candidate)]


def cost_input(line: CostLine) -> costs.Line:
    """One line without its row."""
    return costs.Line(
        kind=costs.CostKind(line.kind),
        state=costs.LineState(line.state),
        low=line.low,
        likely=line.likely,
        high=line.high,
        currency=line.currency,
        recurrence=costs.Recurrence(line.recurrence),
        quantity=line.quantity,
        rate_to_base=line.rate,
        note=line.note,
    )


def candidate_cost(candidate: Candidate) -> costs.TotalCost:
    """What a candidate costs over the evaluation's horizon, with its working."""
    return total_of(candidate, cost_inputs(candidate))


def total_of(candidate: Candidate, lines: list[costs.Line]) -> costs.TotalCost:
    """The same from lines that were read already."""
    evaluation = candidate.evaluation
    return costs.total_cost(
        lines,
        checklist=costs.CHECKLIST[candidate.kind],
        currency=evaluation.currency,
        horizon_months=evaluation.horizon_months,
        planning_factor=evaluation.planning_factor,
        discount_rate=evaluation.discount_rate,
    )


def cost_coverage(candidate: Candidate) -> costs.CostCoverage:
    """How much of the checklist of costs is known; tells no amount."""
    return candidate_cost(candidate).coverage
