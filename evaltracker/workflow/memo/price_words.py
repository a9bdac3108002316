"""What the choice costs more, or less, than the cheapest of the others."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from evaltracker.money import written
from evaltracker.workflow.memo.weighing import CHOOSABLE


def price_gap(
    inputs: dict[str, Any],
    results: dict[str, Any],
    key: str,
    quote: Callable[[str], str] = str,
) -> str:
    """One sentence about `key` beside the cheapest other that can be chosen; blank
    without a price of both. Only for readers to whom prices are open."""
    rows = {row["id"]: row for row in inputs["candidates"]}
    priced = [
        row["id"]
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE and results[row["id"]]["cost"]["known"]
    ]
    others = [other for other in priced if other != key]
    if key not in priced or not others:
        return ""
    cheapest = min(others, key=lambda other: likely(results[other]))
    gap = likely(results[key]) - likely(results[cheapest])
    name, other = quote(rows[key]["name"]), quote(rows[cheapest]["name"])
    amount = f"{written(abs(gap))} {inputs['brief']['currency']}"
    if gap > 0:
        said = (
            f"{name} likely costs {amount} more than {other}, the cheapest of the "
            "others"
        )
    elif gap < 0:
        said = f"{name} likely costs {amount} less than {other}, the next cheapest"
    else:
        said = f"{name} likely costs as much as {other}"
    return f"{said}.{open_kinds(rows, results, (key, cheapest), quote)}"


def likely(result: dict[str, Any]) -> Decimal:
    """The likely total over the horizon."""
    return Decimal(result["cost"]["likely"])


def open_kinds(
    rows: dict[str, Any],
    results: dict[str, Any],
    keys: tuple[str, ...],
    quote: Callable[[str], str],
) -> str:
    """What makes the comparison uncertain: kinds of cost that nobody knows."""
    said = [
        f"{left} of {cost['kinds']} kinds of cost of {quote(rows[key]['name'])}"
        for key in keys
        if (cost := results[key]["cost"]) and (left := cost["kinds"] - cost["known"])
    ]
    return (
        f" Not known are {' and '.join(said)}, so the gap may be another."
        if said
        else ""
    )
