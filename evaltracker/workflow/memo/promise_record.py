"""A vendor's promise record as it may read it: its own answers, and what was found.

It reads one candidate's column of the frozen ledger, and of that only what its vendor
answered itself.
"""

from collections.abc import Collection
from typing import Any

from evaltracker.workflow.memo.counting import Counted
from evaltracker.workflow.memo.letter_draft import (
    CONVINCED,
    SHORT,
    promises_kept_words,
    requirement_lines,
    seen_words,
)
from trials.scoring.promise import FEWEST_TESTED


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
