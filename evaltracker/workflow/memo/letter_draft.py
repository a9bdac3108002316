"""What a vendor is told of the decision, drafted from the ledger that was frozen.

A draft reads one candidate's column alone: no name, score or price of anybody else
can get into it, nor its own, for what people scored is between them.
"""

from collections.abc import Iterable
from typing import Any

# Stands where the ledger has no reason; a letter with it is not sent.
REASON_ASKED = "[Say here why you chose somebody else.]"
# So many requirements are named one by one.
MOST = 6
CONVINCED = {"proven": "held in your trial", "shown": "was shown in your demo"}
SHORT = {
    "refuted": "did not hold",
    "partly": "held in part",
    "slipped": "the date that you named passed without proof",
    "unanswered": "was not answered",
    "never": "you said that it will not be there",
}


def draft_letter(
    brief: dict[str, Any],
    requirements: list[dict[str, Any]],
    result: dict[str, Any],
    *,
    chosen: bool,
) -> str:
    """Paragraphs with a blank line between them, for the owner to go over.

    Args:
        brief: the evaluation's, of which title, buyer and owner are taken.
        requirements: what was asked, as the memo keeps it.
        result: what the formulas said of this candidate.
        chosen: whether it is the one.

    """
    ordered = sorted(
        requirements, key=lambda row: (row["priority"] != "must", -float(row["weight"]))
    )
    told = [(row, result["standings"].get(row["ref"], "")) for row in ordered]
    lead = (
        "What we will look at again with you:"
        if chosen
        else "Where it fell short of what we need:"
    )
    short = requirement_lines(lead, told, SHORT)
    parts = [
        f"Thank you for the work that you put into “{brief['title']}”.",
        "We have decided, and we are glad to say that we chose you. We will write to "
        "you about the contract; nothing is ordered by this letter."
        if chosen
        else "We have decided, and you were not chosen. You should know why.",
        requirement_lines("What convinced us:", told, CONVINCED),
        short or ("" if chosen else REASON_ASKED),
        seen_words(result),
        promises_kept_words(result["promises"]),
        "If you want to talk about it, answer this mail.",
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)


def requirement_lines(
    lead: str, told: Iterable[tuple[dict[str, Any], str]], words: dict[str, str]
) -> str:
    """A line for each requirement that stands so, the weightiest first."""
    lines = [
        f"– {row['ref']} {row['text']}: {words[standing]}."
        for row, standing in told
        if standing in words
    ]
    if not lines:
        return ""
    more = [f"– and {len(lines) - MOST} more."] if len(lines) > MOST else []
    return "\n".join([lead, *lines[:MOST], *more])


def seen_words(result: dict[str, Any]) -> str:
    """How many of its answers were shown, and how many were tested.

    Of how many is not said: among the answers are some that we noted ourselves.
    """
    shown, tested = result.get("shown", 0), result["tested"]
    if "shown" not in result or not (shown or tested):
        return ""
    return (
        f"Of your answers, {shown} were shown in a demo and {tested} tested in a trial."
    )


def promises_kept_words(record: dict[str, Any]) -> str:
    """How many of its promises held, where enough were tested to say so."""
    if record["hidden"]:
        return ""
    return (
        f"Of {record['tested']} things that you said are there and that we tested, "
        f"{record['held']} held, {record['partly']} held in part and "
        f"{record['failed']} did not."
    )
