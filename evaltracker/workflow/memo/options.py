"""Every option on equal terms: which are compared, in which order, at what price."""

from typing import Any

from evaltracker.workflow.memo.coverage_words import coverage_words
from evaltracker.workflow.memo.markdown import amount, inline, percent, table
from evaltracker.workflow.memo.untold_words import need_names

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
