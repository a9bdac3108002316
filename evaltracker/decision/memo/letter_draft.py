"""What a vendor is told of the decision, drafted from the ledger that was frozen.

A draft reads one candidate's column alone: no name, score or price of anybody else
can get into it, nor its own, for what people scored is between them.
"""

from collections.abc import Collection, Iterable
from typing import Any

from evaltracker.decision.memo.results import Counted, count
from trials.scoring import Coverage, SourceRecord
from trials.scoring.promise import FEWEST_TESTED

# What changed between two canonical documents: as lines, and in one sentence.


# Stands where the ledger has no reason; a letter with it is not sent.
REASON_ASKED = "[Say here why you chose somebody else.]"
# So many requirements are named one by one.
MOST = 6
CONVINCED = {"proven": "worked in your trial", "shown": "was shown in your demo"}
SHORT = {
    "refuted": "did not work",
    "partly": "worked in part",
    "slipped": "the date that you gave passed without proof",
    "unanswered": "was not answered",
    "never": "you answered that you do not offer it",
}


def draft_letter(
    brief: dict[str, Any],
    requirements: list[dict[str, Any]],
    result: dict[str, Any],
    own: Counted,
    *,
    chosen: bool,
) -> str:
    """Paragraphs with a blank line between them, for the owner to go over.

    Args:
        brief: the evaluation's, of which title, buyer and owner are taken.
        requirements: what was asked, as the memo keeps it.
        result: what the formulas said of this candidate.
        own: what they say of the answers that its vendor itself gave.
        chosen: whether it is the one.

    """
    ordered = sorted(
        requirements, key=lambda row: (row["priority"] != "must", -float(row["weight"]))
    )
    told = [(row, result["standings"].get(row["ref"], "")) for row in ordered]
    lead = (
        "What we would like to review with you:"
        if chosen
        else "Where it fell short of what we need:"
    )
    short = requirement_lines(lead, told, SHORT)
    parts = [
        f"Thank you for the time and work that you put into “{brief['title']}”.",
        "We are glad to tell you that we chose you. We will write to you about the "
        "contract; this letter is not an order."
        if chosen
        else "We have made our decision, and you were not chosen this time. Here is "
        "our feedback.",
        requirement_lines("What convinced us:", told, CONVINCED),
        short or ("" if chosen else REASON_ASKED),
        seen_words(own.fit.coverage),
        promises_kept_words(own.promises),
        "If you would like to talk about it, please reply to this mail.",
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)


def requirement_lines(
    lead: str,
    told: Iterable[tuple[dict[str, Any], str]],
    words: dict[str, str],
    most: int = MOST,
) -> str:
    """A line for each requirement that stands so, in their order, `most` at most."""
    lines = [
        f"– {row['ref']} {row['text']}: {words[standing]}."
        for row, standing in told
        if standing in words
    ]
    if not lines:
        return ""
    more = [f"– and {len(lines) - most} more."] if len(lines) > most else []
    return "\n".join([lead, *lines[:most], *more])


def count_own(inputs: dict[str, Any], candidate: str, refs: Collection[str]) -> Counted:
    """What the formulas say of a candidate by its vendor's own answers alone; `refs`
    are what it answered. What we noted ourselves shows in no number."""
    item = next(row for row in inputs["candidates"] if row["id"] == candidate)
    cells = {ref: cell for ref, cell in item["cells"].items() if ref in refs}
    asked = [row for row in inputs["requirements"] if row["ref"] in refs]
    return count({**item, "cells": cells}, {**inputs, "requirements": asked})


def seen_words(own: Coverage) -> str:
    """How many of its answers were shown, and how many were tested."""
    if not (own.shown or own.tested):
        return ""
    return (
        f"Of the requirements that carry weight you answered {own.answered} in full. "
        f"Shown in a demo: {own.shown} of {own.answered}. "
        f"Tested in a trial: {own.tested} of {own.answered}."
    )


def promises_kept_words(own: SourceRecord) -> str:
    """How many of its promises held, where enough were tested to say so."""
    if own.hidden:
        return ""
    tally = own.overall
    return (
        f"Of the {tally.tested} features that you said are available and that we "
        f"tested, {tally.held} worked, {tally.partly} worked in part and "
        f"{tally.failed} did not."
    )


# The matrix as it was frozen: requirement × candidate, with three marks, standing and
# numbers.
#
# From the memo's inputs, so that it says the same as the memo for ever.


# A vendor's promise record as it may read it: its own answers, and what was found.
#
# It reads one candidate's column of the frozen ledger, and of that only what its vendor
# answered itself.


def promise_record_text(
    brief: dict[str, Any],
    requirements: list[dict[str, Any]],
    result: dict[str, Any],
    own: Counted,
    refs: Collection[str],
) -> str:
    """Paragraphs with a blank line between them; the arguments are those of a draft of
    a letter, and the references that the vendor answered."""
    standings = result["standings"]
    told = [
        (row, standings.get(row["ref"], ""))
        for row in requirements
        if row["ref"] in refs
    ]
    parts = [
        f"What you answered for “{brief['title']}”, and what we found.",
        seen_words(own.fit.coverage),
        promises_kept_words(own.promises)
        or f"We tested fewer than {FEWEST_TESTED} of the features that you said are "
        "available, too few to give a rate.",
        requirement_lines("What held:", told, CONVINCED, most=len(told)),
        requirement_lines("What did not:", told, SHORT, most=len(told)),
        f"{brief['owner']}\n{brief['buyer']}",
    ]
    return "\n\n".join(part for part in parts if part)
