"""What a candidate costs and is worth, from a memo's inputs; a pure module.

Memos from before there were rates, tiers, limits and builders say nothing of them and
count as they did then.
"""

import datetime
import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vendors import costs

# What is frozen of a cost line, and of a rate.
COST = (
    "kind",
    "label",
    "state",
    "low",
    "likely",
    "high",
    "quantity",
    "unit",
    "pricing",
    "tiers",
    "recurrence",
    "currency",
    "rate",
    "source_text",
    "source_url",
    "quoted_on",
    "said_by",
)
RATE = ("currency", "base", "rate", "rated_on", "source")
# What is frozen of a candidate and costs nothing.
NOT_COSTS = frozenset({"cells", "mailed_sheets", "scores", "settled"})


def cost_results(cost_result: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The total with its working, the limits of the brief, value and waiting."""
    asked = {name: cost_result[name] for name in cost_result.keys() - NOT_COSTS}
    rates = inputs.get("rates", [])
    # Counted once for equal inputs: answers and verdicts come every day, prices seldom.
    return _results(json.dumps([asked, inputs["brief"], rates], sort_keys=True))


@lru_cache(maxsize=1_000)
def _results(written: str) -> dict[str, Any]:
    cost_result, brief, rated = json.loads(written)
    rates = {row["currency"]: row for row in rated}
    lines = [cost_line(row, rates) for row in cost_result["cost_lines"]]
    total = costs.total_cost(
        lines,
        checklist=costs.CHECKLIST[cost_result["kind"]],
        currency=brief["currency"],
        horizon_months=brief["horizon_months"],
        planning_factor=Decimal(brief["planning_factor"]),
        discount_rate=Decimal(brief["discount_rate"]),
    )
    value, opportunity = worth(cost_result, brief)
    return {
        "cost": cost(total) | {"limits": limits(total, brief)},
        "value": value,
        "opportunity": opportunity,
    }


def cost(total: costs.TotalCost) -> dict[str, Any]:
    """The total over the horizon with its working and what nobody has said."""
    return {
        "low": str(total.low),
        "likely": str(total.likely),
        "high": str(total.high),
        "known": total.coverage.known,
        "kinds": total.coverage.total,
        "unsaid": [kind.label for kind in total.coverage.unsaid],
        "rows": [
            {
                "kind": row.kind.label,
                "name": row.name,
                "state": str(row.state),
                "low": text(row.low),
                "likely": text(row.likely),
                "high": text(row.high),
                "a_year": row.yearly and str(row.yearly[1]),
                "working": row.working,
            }
            for row in total.rows
        ],
    }


def limits(total: costs.TotalCost, brief: dict[str, Any]) -> list[dict[str, Any]]:
    """Every limit of the brief with its verdict and what was held against it."""
    return [
        {
            "name": limit.name,
            "limit": str(limit.limit),
            "low": str(limit.low),
            "likely": str(limit.likely),
            "high": str(limit.high),
            "verdict": str(limit.verdict),
            "sentence": limit.sentence,
            "working": limit.working,
        }
        for limit in costs.envelope(
            total,
            whole=number(brief["budget"]),
            once=number(brief.get("budget_once")),
            yearly=number(brief.get("budget_yearly")),
        )
    ]


def cost_line(row: dict[str, Any], rates: dict[str, dict[str, Any]]) -> costs.Line:
    """A cost line read from JSON; its own rate goes before the evaluation's."""
    rate = number(row["rate"])
    source = "the price's own rate" if rate else ""
    shared = rates.get(row["currency"])
    if rate is None and shared is not None:
        rate = Decimal(shared["rate"])
        day = datetime.date.fromisoformat(shared["rated_on"])
        source = costs.rate_words(day, shared["source"])
    return costs.Line(
        kind=costs.CostKind(row["kind"]),
        state=costs.LineState(row["state"]),
        low=number(row["low"]),
        likely=number(row["likely"]),
        high=number(row["high"]),
        currency=row["currency"],
        recurrence=costs.Recurrence(row["recurrence"]),
        quantity=Decimal(row["quantity"]),
        rate_to_base=rate,
        label=row.get("label", ""),
        unit=row.get("unit", ""),
        pricing=costs.Pricing(row.get("pricing", costs.Pricing.PER_UNIT)),
        tiers=tuple(
            costs.Tier(
                *(Decimal(tier[name]) for name in ("above", "low", "likely", "high"))
            )
            for tier in row.get("tiers", ())
        ),
        rate_source=source,
    )


def worth(
    row: dict[str, Any], brief: dict[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What the hours saved are worth, and what waiting costs; None if not said."""
    months = number(row["months_to_live"])
    if months is None and "builders" not in row:
        # Older memos took an unsaid date for at once.
        months = Decimal(0)
    found = costs.worth(
        hours_saved=number(row["hours_saved"]),
        months_to_live=months,
        engineers=brief["engineers"],
        hourly_rate=number(brief["loaded_hourly_rate"]),
        working_days=brief["working_days"],
        horizon_months=brief["horizon_months"],
        builders=number(row.get("builders")),
        builder_earnings=number(brief.get("builder_earnings")),
    )
    missed = found.opportunity
    opportunity: dict[str, Any] | None = None
    if missed is not None:
        opportunity = {
            "amount": str(missed.amount),
            "value_not_had": str(missed.value_not_had),
            "earned_elsewhere": str(missed.earned_elsewhere),
            "working": missed.working,
            "missing": list(found.missing),
        }
    if found.value is None or missed is None:
        return None, opportunity
    value = {
        "amount": str(found.value.amount),
        "working": found.value.working,
        "opportunity": str(missed.amount),
        "opportunity_working": missed.working,
    }
    return value, opportunity


def number(given: str | None) -> Decimal | None:
    """A decimal, or None."""
    return None if given in (None, "") else Decimal(str(given))


def text(amount: Decimal | None) -> str | None:
    """An amount as JSON keeps it."""
    return None if amount is None else str(amount)
