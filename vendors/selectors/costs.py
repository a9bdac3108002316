"""Cost lines as the pure functions want them; callers ask the policy."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from evaltracker.evaluations.models import Evaluation
from vendors import costs
from vendors.models import Candidate, CostLine, ExchangeRate

type Rates = Mapping[str, ExchangeRate]


def rates_of(evaluation: Evaluation) -> dict[str, ExchangeRate]:
    """The evaluation's rates by currency; those to a former currency do not count."""
    rows = ExchangeRate.objects.filter(evaluation=evaluation, base=evaluation.currency)
    return {row.currency: row for row in rows}


def cost_inputs(candidate: Candidate) -> list[costs.Line]:
    """A candidate's lines as the pure functions want them."""
    rates = rates_of(candidate.evaluation)
    lines = CostLine.objects.filter(candidate=candidate)
    return [cost_input(line, rates) for line in lines]


def cost_input(line: CostLine, rates: Rates) -> costs.Line:
    """One line without its row; its own rate goes before the evaluation's."""
    rate, source = line.rate, "the price's own rate" if line.rate else ""
    if rate is None and (shared := rates.get(line.currency)):
        rate = shared.rate
        source = costs.rate_words(shared.rated_on, shared.source)
    return costs.Line(
        kind=costs.CostKind(line.kind),
        state=costs.LineState(line.state),
        low=line.low,
        likely=line.likely,
        high=line.high,
        currency=line.currency,
        recurrence=costs.Recurrence(line.recurrence),
        quantity=line.quantity,
        rate_to_base=rate,
        note=line.note,
        label=line.label,
        unit=line.unit,
        pricing=costs.Pricing(line.pricing),
        tiers=tiers_of(line.tiers),
        rate_source=source,
    )


def tiers_of(kept: Sequence[Mapping[str, str]]) -> tuple[costs.Tier, ...]:
    """Tiers read back from how a line keeps them."""
    return tuple(
        costs.Tier(
            *(Decimal(pair[name]) for name in ("above", "low", "likely", "high"))
        )
        for pair in kept
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


def terms_of(evaluation: Evaluation) -> costs.Terms:
    """What every line of an evaluation is counted with."""
    return costs.read_terms(
        evaluation.horizon_months,
        evaluation.planning_factor,
        evaluation.discount_rate,
        evaluation.currency,
    )


def envelope_of(
    evaluation: Evaluation, total: costs.TotalCost
) -> tuple[costs.Limit, ...]:
    """A total held against the limits of the brief."""
    return costs.envelope(
        total,
        whole=evaluation.budget,
        once=evaluation.budget_once,
        yearly=evaluation.budget_yearly,
    )


def worth_of(candidate: Candidate) -> costs.Worth:
    """What a candidate is worth, what waiting costs, and what is missing for it."""
    evaluation = candidate.evaluation
    return costs.worth(
        hours_saved=candidate.hours_saved,
        months_to_live=candidate.months_to_live,
        engineers=evaluation.engineers,
        hourly_rate=evaluation.loaded_hourly_rate,
        working_days=evaluation.working_days,
        horizon_months=evaluation.horizon_months,
        builders=candidate.builders,
        builder_earnings=evaluation.builder_earnings,
    )


def cost_coverage(candidate: Candidate) -> costs.CostCoverage:
    """How much of the checklist of costs is known; tells no amount."""
    return candidate_cost(candidate).coverage
