"""Why no first place is told, naming who can be compared and why the others cannot."""

from collections.abc import Callable, Sequence
from typing import Any

from evaltracker.kit.text import listed, named_ref
from evaltracker.workflow.memo.weighing import CHOOSABLE

UNPROVEN = (
    "Nothing has been judged in a demo or a trial yet; a first place would rest on "
    "promises alone."
)
REFS = 6


def untold_words(
    why: str,
    inputs: dict[str, Any],
    results: dict[str, Any],
    quote: Callable[[str], str],
) -> str:
    """The sentence for `why`, a reason of `weighing.weigh`."""
    if why == "unproven":
        return UNPROVEN
    running = [row for row in inputs["candidates"] if row["state"] in CHOOSABLE]
    if not running:
        return (
            "No candidate is on the shortlist, so there is no first place to question."
        )
    people = bool(inputs["consensus"])
    out = {
        row["id"]: reason
        for row in running
        if (reason := why_out(results[row["id"]], inputs, quote, people=people))
    }
    left = [quote(row["name"]) for row in running if row["id"] not in out]
    if len(running) == 1:
        name = quote(running[0]["name"])
        return (
            f"{name} alone is on the shortlist, so there is no first place to question."
        )
    reasons = "; ".join(
        f"{quote(row['name'])} {out[row['id']]}" for row in running if row["id"] in out
    )
    who = f"Only {listed(left)} can be compared" if left else "Nobody can be compared"
    return f"{who}, so there is no first place to question: {reasons}."


def need_names(
    inputs: dict[str, Any], refs: Sequence[str], quote: Callable[[str], str]
) -> list[str]:
    """The first of these requirements by reference and text, and how many more."""
    texts = {row["ref"]: row["text"] for row in inputs["requirements"]}
    more = [f"{len(refs) - REFS} more"] if len(refs) > REFS else []
    return [*(quote(named_ref(ref, texts.get(ref, ""))) for ref in refs[:REFS]), *more]


def why_out(
    result: dict[str, Any],
    inputs: dict[str, Any],
    quote: Callable[[str], str],
    *,
    people: bool,
) -> str:
    """Why a shortlisted candidate is not compared; blank if it is."""
    if refs := result["knock_outs"]:
        return f"is knocked out by {listed(need_names(inputs, refs, quote))}"
    if result["fit"] is None:
        return "has no requirement that is scored"
    if people and result["people"] is None:
        return "was scored by nobody"
    return ""


def left_out(
    inputs: dict[str, Any], results: dict[str, Any], quote: Callable[[str], str]
) -> list[str]:
    """A sentence for each on the shortlist whom both numbers leave out, and why."""
    people = bool(inputs["consensus"])
    return [
        f"{quote(row['name'])} {reason} today and takes no part in either number."
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE
        and (reason := why_out(results[row["id"]], inputs, quote, people=people))
    ]


def comparable(inputs: dict[str, Any], results: dict[str, Any]) -> list[str]:
    """Ids of those who can be chosen and have nothing that keeps them out."""
    people = bool(inputs["consensus"])
    return [
        row["id"]
        for row in inputs["candidates"]
        if row["state"] in CHOOSABLE
        and not why_out(results[row["id"]], inputs, str, people=people)
    ]
