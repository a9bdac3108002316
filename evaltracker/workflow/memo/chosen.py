"""What the memo says of the candidate that is chosen."""

from decimal import Decimal
from typing import Any

from evaltracker.workflow.memo.markdown import (
    amount,
    bullets,
    day,
    inline,
    percent,
    section,
    table,
)
from evaltracker.workflow.memo.price_words import price_gap

type Row = dict[str, Any]

NOT_STATED = "not stated"


def chosen_of(inputs: Row) -> Row | None:
    """The candidate that is chosen, or none yet."""
    key = inputs["choice"]["candidate"]
    return next((row for row in inputs["candidates"] if row["id"] == key), None)


def ahead_of(inputs: Row, results: Row, chosen: Row) -> str:
    """The chosen one's numbers, and those of the best option that was not chosen."""
    result = results[chosen["id"]]
    if result["total"] is None:
        return ""
    said = (
        f"Total {percent(result['total'])}: fit {percent(result['fit'])}, people's "
        f"score {percent(result['people'])}."
    )
    best = best_of_others(inputs, results, chosen)
    if best is None:
        return said
    out = ", which was eliminated" if best["state"] == "eliminated" else ""
    total = percent(results[best["id"]]["total"])
    return f"{said} The best of the others is {inline(best['name'])} at {total}{out}."


def best_of_others(inputs: Row, results: Row, chosen: Row) -> Row | None:
    """Who has the best total among those that were not chosen; None without one."""
    others = [
        candidate
        for candidate in inputs["candidates"]
        if candidate["id"] != chosen["id"]
        and results[candidate["id"]]["total"] is not None
    ]
    if not others:
        return None
    best: Row = max(others, key=lambda row: float(results[row["id"]]["total"]))
    return best


def costs_really(inputs: Row, results: Row, chosen: Row | None) -> str:
    """The total over the horizon beside the budget, what nobody said, and the worth."""
    if chosen is None:
        return ""
    brief, result = inputs["brief"], results[chosen["id"]]
    cost = result["cost"]
    return "\n\n".join(
        part
        for part in (
            f"{total_words(cost, brief)} {budget_words(brief)}",
            price_gap(inputs, results, chosen["id"], inline),
            bullets(
                f"Budget {limit['name']}, {amount(limit['limit'])}: "
                f"{limit['sentence']}."
                for limit in cost.get("limits", ())
            ),
            f"Not stated: {inline(', '.join(cost['unsaid']))}."
            if cost["unsaid"]
            else "",
            worth(result["value"], brief["currency"]),
            rates(inputs),
        )
        if part
    )


def total_words(cost: Row, brief: Row) -> str:
    """One figure if low and high are the same, else where it lies between them."""
    if not cost["known"]:
        return "No price is known."
    likely = f"{amount(cost['likely'])} {brief['currency']}"
    over = f"over {brief['horizon_months']} months"
    if Decimal(cost["low"]) == Decimal(cost["high"]):
        return f"{likely} {over}."
    between = f"between {amount(cost['low'])} and {amount(cost['high'])}"
    return f"Likely {likely} {over}, {between}."


def budget_words(brief: Row) -> str:
    """The budget over the horizon, or that there is none."""
    if not brief["budget"]:
        return "No budget was set."
    return f"The budget is {amount(brief['budget'])} {brief['currency']}."


def working(inputs: Row, results: Row, chosen: Row | None) -> str:
    """The chosen candidate's must-haves, promises, and each sum of its cost."""
    if chosen is None:
        return ""
    result = results[chosen["id"]]
    must_rows = [
        (
            requirement["ref"],
            requirement["text"],
            result["standings"].get(requirement["ref"], ""),
        )
        for requirement in inputs["requirements"]
        if requirement["priority"] == "must"
    ]
    costs = table(
        ("Kind", "State", "Likely", "Working"),
        (
            (
                row.get("name", row["kind"]),
                NOT_STATED if row["state"] == "unsaid" else row["state"],
                amount(row["likely"] or "–"),
                "–" if row["working"] == row["state"] else row["working"],
            )
            for row in result["cost"]["rows"]
        ),
    )
    name = inline(chosen["name"])
    return "\n\n".join(
        [
            section(
                f"Must-haves of {name}",
                table(("Ref", "Requirement", "Standing"), must_rows),
            ),
            section("Promise record", promise_sentences(result)),
            section(f"Costs of {name}, sum by sum", costs),
        ]
    )


def promise_sentences(result: Row) -> str:
    """The record by trials, and beside it, named so, that by demos."""
    demos = result.get("promises_in_demos")
    if demos is None:
        return promise_sentence(result["promises"])
    return bullets(
        (
            f"In trials: {promise_sentence(result['promises'])}",
            f"In demos: {promise_sentence(demos, 'shown')}",
        )
    )


def promise_sentence(record: Row, judged: str = "tested") -> str:
    """How many promises held, or that too few were judged to say."""
    if record["hidden"]:
        return (
            f"{record['tested']} promises were {judged}; below five nothing can be "
            "said."
        )
    return (
        f"Of {record['tested']} promises {judged}, {record['held']} held, "
        f"{record['partly']} held partly and {record['failed']} failed."
    )


def rates(inputs: Row) -> str:
    """The rates that foreign prices were counted with, unless they had their own."""
    said = [
        f"1 {row['currency']} = {amount(row['rate'])} {row['base']} "
        f"({day(row['rated_on'])}, {inline(row['source'])})"
        for row in inputs.get("rates", ())
    ]
    return f"Exchange rates: {'; '.join(said)}." if said else ""


def worth(value: Row | None, currency: str) -> str:
    """What the hours saved are worth, and what waiting costs."""
    if value is None:
        return "What the hours saved are worth has not been said."
    return (
        f"Hours saved are worth {amount(value['amount'])} {currency} "
        f"({inline(value['working'])}). Opportunity cost until it is live: "
        f"{amount(value['opportunity'])} {currency} "
        f"({inline(value['opportunity_working'])})."
    )
