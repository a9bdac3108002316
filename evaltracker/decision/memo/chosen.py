"""What the memo says of the candidate that is chosen."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from evaltracker.decision.memo.certainty import need_names
from evaltracker.decision.memo.markdown import (
    amount,
    bullets,
    coverage_words,
    day,
    inline,
    percent,
    section,
    table,
)
from evaltracker.decision.memo.text_text import price_gap
from evaltracker.toolbox.text import listed
from vendors.choices import PriceSource

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


# Every option on equal terms: which are compared, in which order, at what price.

KINDS = {
    "buy": "Buy",
    "build": "Build in-house",
    "open_source": "Open source",
    "as_is": "Stay as is",
}
HEAD = (
    "Option",
    "Kind",
    "State",
    "Fit",
    "Answered, shown, tested",
    "People",
    "Total",
    "Likely cost",
    "Knocked out by",
)


def options(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Every option on equal terms, price beside the score and never inside it."""
    rows = []
    for candidate in sorted(
        inputs["candidates"], key=lambda row: rank(results[row["id"]])
    ):
        result = results[candidate["id"]]
        if not pursued(candidate, result):
            continue
        rows.append(
            (
                candidate["name"],
                KINDS[candidate["kind"]],
                candidate["state"],
                percent(result["fit"]),
                coverage_words(result),
                percent(result["people"]),
                percent(result["total"]),
                money(result["cost"], inputs["brief"]["currency"]),
                "; ".join(need_names(inputs, result["knock_outs"], str)) or "none",
            )
        )
    return "\n\n".join(filter(None, (table(HEAD, rows), left_aside(inputs, results))))


def pursued(row: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether an option is compared: on the short list, tested, or no purchase."""
    if row["kind"] in ("build", "as_is"):
        return True
    return row["state"] in ("shortlisted", "chosen") or bool(result["tested"])


def left_aside(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Who was considered and not pursued, by name."""
    names = [
        inline(candidate["name"])
        for candidate in inputs["candidates"]
        if candidate["state"] == "longlisted"
        and not pursued(candidate, results[candidate["id"]])
    ]
    return f"Considered and not pursued: {', '.join(names)}." if names else ""


def rank(result: dict[str, Any]) -> tuple[float, float]:
    """The best total first; without a total, the best fit."""
    return (-float(result["total"] or 0), -float(result["fit"] or 0))


def money(cost: dict[str, Any], currency: str) -> str:
    """The likely total; unsaid kinds are named, never counted as nothing."""
    if not cost["known"]:
        return "not known"
    whole = cost["known"] == cost["kinds"]
    open_kinds = "" if whole else f" + {cost['kinds'] - cost['known']} kinds not known"
    return f"{amount(cost['likely'])} {currency}{open_kinds}"


# What the memo says of whose words it rests on: sheets sent by mail, and prices.

PRICES = {
    PriceSource.VENDOR: "quoted by the vendor",
    PriceSource.FILE: "imported from a spreadsheet",
    PriceSource.OWNER: "entered by the procurement lead",
}


def said_by(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """Of each option that is compared, who entered its answers and said its prices.

    Blank in memos from before that was kept.
    """
    return bullets(
        f"{inline(candidate['name'])}: {'; '.join(said)}."
        for candidate in inputs["candidates"]
        if pursued(candidate, results[candidate["id"]])
        and (said := [*sheets(candidate), *prices(candidate)])
    )


def sheets(candidate: dict[str, Any]) -> Iterator[str]:
    """Each answer sheet that came by mail, and whether the vendor confirmed it."""
    for sheet in candidate.get("mailed_sheets", ()):
        confirmed = (
            f"confirmed by the vendor on {day(sheet['confirmed_at'])}"
            if sheet["confirmed_at"]
            else "not confirmed by the vendor"
        )
        number = sheet["submission__claims"]
        yield (
            f"{number} answer{'' if number == 1 else 's'} of "
            f"{inline(sheet['submission__submitted_by'])}, which arrived on "
            f"{day(sheet['arrived_at'])}, {confirmed}"
        )


def prices(candidate: dict[str, Any]) -> Iterator[str]:
    """How many of its prices each source said."""
    counts = Counter(row.get("said_by") for row in candidate["cost_lines"])
    said = [
        f"{counts[source]} {words}"
        for source, words in PRICES.items()
        if counts[source]
    ]
    if said:
        yield f"prices: {listed(said)}"
