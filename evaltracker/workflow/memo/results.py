"""The results of a memo as a pure function of its inputs, so that they can be replayed.

No database and no clock: everything comes from the JSON that `inputs` gathered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from evaltracker.workflow.memo.counting import Counted, count, shown
from evaltracker.workflow.memo.weighing import weigh
from trials import scoring
from vendors import costs

# Those whose memos this program counts again, each by its own rules.
FORMULAS = ("1", scoring.FORMULA_VERSION)
# What explains a number; the number itself is what has to come out again.
WORDS = frozenset({"working", "opportunity_working", "total_working"})


def compute_results(inputs: dict[str, Any]) -> dict[str, Any]:
    """Fit, people's score, total, knock-outs, promises and cost per candidate id; and
    as `robustness` how far the first place rests on the agreed weights.

    Formula 1 knew no robustness; a memo that was counted with it is counted so.
    """
    counted = [count(one, inputs) for one in inputs["candidates"]]
    results = {one.candidate["id"]: candidate_results(one, inputs) for one in counted}
    if inputs["formula_version"] != "1":
        results["robustness"] = weigh(inputs, counted)
    return results


def replay(memo: dict[str, Any]) -> list[str]:
    """What differs between the frozen results and the same inputs counted again.

    Empty if the decision holds. What the words say around a number may be put better
    since, and figures may have come beside those that were frozen; neither is a
    difference. A memo is counted with the formula that it was made with; one that this
    program does not know is said to be so.
    """
    inputs = memo["inputs"]
    if inputs["formula_version"] not in FORMULAS:
        return [
            f"the memo was counted with formula {inputs['formula_version']}, "
            f"this program knows {', '.join(FORMULAS)}"
        ]
    names = {one["id"]: one["name"] for one in inputs["candidates"]}
    names["robustness"] = "Robustness"
    again, frozen = compute_results(inputs), memo["results"]
    return [
        f"{names[key]}, {field}: frozen {frozen.get(key, {}).get(field)!r}, "
        f"counted again {value!r}"
        for key, fields in again.items()
        for field, value in fields.items()
        if key not in frozen
        or (field in frozen[key] and not same(frozen[key][field], value))
    ]


def same(frozen: Any, again: Any) -> bool:
    """Whether everything that was frozen, but for its words, came out again."""
    if isinstance(frozen, dict) and isinstance(again, dict):
        return all(
            same(value, again.get(field))
            for field, value in frozen.items()
            if field not in WORDS
        )
    if isinstance(frozen, list) and isinstance(again, list):
        return len(frozen) == len(again) and all(map(same, frozen, again))
    return bool(frozen == again)


def candidate_results(counted: Counted, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the formulas say of one candidate."""
    one, brief = counted.candidate, inputs["brief"]
    fit = counted.fit
    return {
        "fit": shown(fit.value),
        "fit_of_tested": shown(fit.of_tested),
        "asked": fit.coverage.asked,
        "answered": fit.coverage.answered,
        "tested": fit.coverage.tested,
        "people": shown(counted.people.value),
        "total": shown(counted.total.value),
        "total_working": counted.total.working,
        "knock_outs": counted.knock_outs,
        "standings": {row.key: str(row.standing) for row in fit.rows},
        "promises": promises(counted.promises),
        "cost": cost(one, brief),
        "value": value(one, brief),
    }


def promises(record: scoring.PromiseRecord) -> dict[str, Any]:
    """The promise record; counts stay hidden below five tested claims."""
    tally = record.overall
    if record.hidden:
        return {"tested": tally.tested, "hidden": True}
    return {
        "tested": tally.tested,
        "hidden": False,
        "held": tally.held,
        "partly": tally.partly,
        "failed": tally.failed,
    }


def cost(one: dict[str, Any], brief: dict[str, Any]) -> dict[str, Any]:
    """The total over the horizon with its working and what nobody has said."""
    total = costs.total_cost(
        [cost_line(row) for row in one["cost_lines"]],
        checklist=costs.CHECKLIST[one["kind"]],
        currency=brief["currency"],
        horizon_months=brief["horizon_months"],
        planning_factor=Decimal(brief["planning_factor"]),
        discount_rate=Decimal(brief["discount_rate"]),
    )
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
                "state": str(row.state),
                "likely": None if row.likely is None else str(row.likely),
                "working": row.working,
            }
            for row in total.rows
        ],
    }


def cost_line(row: dict[str, Any]) -> costs.Line:
    """A cost line read from JSON."""
    return costs.Line(
        kind=costs.CostKind(row["kind"]),
        state=costs.LineState(row["state"]),
        low=number(row["low"]),
        likely=number(row["likely"]),
        high=number(row["high"]),
        currency=row["currency"],
        recurrence=costs.Recurrence(row["recurrence"]),
        quantity=Decimal(row["quantity"]),
        rate_to_base=number(row["rate"]),
    )


def value(one: dict[str, Any], brief: dict[str, Any]) -> dict[str, Any] | None:
    """What the hours saved are worth and what waiting costs; None if not said."""
    said = (one["hours_saved"], brief["engineers"], brief["loaded_hourly_rate"])
    if any(item in (None, "") for item in said):
        return None
    # A month begun without it is a month without it.
    live = -(-Decimal(one["months_to_live"] or 0) // 1)
    worth = costs.value_of_hours(
        hours_per_day=Decimal(one["hours_saved"]),
        engineers=Decimal(brief["engineers"]),
        working_days_per_year=Decimal(brief["working_days"]),
        hourly_rate=Decimal(brief["loaded_hourly_rate"]),
        horizon_months=brief["horizon_months"],
        live_from_month=min(int(live), brief["horizon_months"]),
    )
    missed = costs.opportunity_cost(
        value_per_month=worth.per_month,
        months_until_live=int(live),
        horizon_months=brief["horizon_months"],
    )
    return {
        "amount": str(worth.amount),
        "working": worth.working,
        "opportunity": str(missed.amount),
        "opportunity_working": missed.working,
    }


def number(text: str | None) -> Decimal | None:
    """A decimal, or None."""
    return None if text is None else Decimal(text)
