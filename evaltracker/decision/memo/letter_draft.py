"""What a vendor is told of the decision, drafted from the ledger that was frozen.

A draft reads one candidate's column alone: no name, score or price of anybody else
can get into it, nor its own, for what people scored is between them.
"""

import csv
import difflib
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from openpyxl import Workbook

from evaltracker.decision.memo.cells import cell_states
from evaltracker.decision.memo.documents import write
from evaltracker.decision.memo.markdown import percent
from evaltracker.decision.memo.results import Counted, count
from evaltracker.toolbox.formula_guard import harmless
from evaltracker.toolbox.measures import CellNumbers
from trials.scoring import CellState, Coverage, SourceRecord
from trials.scoring.promise import FEWEST_TESTED

# What changed between two canonical documents: as lines, and in one sentence.

# Headings that are ours, and not somebody's name for a candidate or a trial.
OURS = (
    "Brief",
    "Context",
    "Business metrics",
    "Categories",
    "Requirements",
    "Must-haves",
    "Why this one",
    "What would change our mind",
    "Dissent",
    "The brief, answered",
    "What it really costs",
    "How sure the first place is",
    "What was needed",
    "Options compared",
    "Conditions",
    "Eliminated",
)


def changes(before: str, after: str) -> str:
    """A unified difference of two documents, without file names."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=0
    )
    return "\n".join(
        line for line in lines if not line.startswith(("---", "+++", "@@"))
    )


def changes_told(before: str, after: str) -> str:
    """How many lines changed, and under which of our headings; no word of them."""
    old, new = lines_of(before), lines_of(after)
    counted: Counter[str] = Counter()
    matcher = difflib.SequenceMatcher(
        None, [line for _, line in old], [line for _, line in new], autojunk=False
    )
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for heading, _ in new[start:end] or old[first:last]:
            counted[heading] += 1
    number = sum(counted.values())
    named = [text for text in counted if text in OURS]
    where = f" under {' and '.join(named)}" if named and len(named) < 4 else ""
    return f"{number} line{'' if number == 1 else 's'}{where}. The page shows each."


def lines_of(document: str) -> list[tuple[str, str]]:
    """Every line that is not empty, with the heading that it stands under."""
    heading, found = "", []
    for line in document.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
        if line.strip():
            found.append((heading, line))
    return found


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

MARKS = ("claimed", "shown", "tested", "standing")
# Where anything was claimed for a measure, or runs were confirmed.
NUMBERS = "numbers"


def matrix_rows(memo: dict[str, Any]) -> Iterator[list[str]]:
    """A head, a line per requirement, and the fit of each candidate below."""
    candidates, results = memo["inputs"]["candidates"], memo["results"]
    cells = {row["id"]: cell_states(row, memo["inputs"]) for row in candidates}
    with_numbers = any(row.get("numbers") for row in candidates)
    parts = (*MARKS, NUMBERS) if with_numbers else MARKS
    yield [
        *("Ref", "Category", "Requirement", "Priority", "Weight"),
        *(f"{candidate['name']}: {part}" for candidate in candidates for part in parts),
    ]
    for row in memo["inputs"]["requirements"]:
        line = [row[name] for name in ("ref", "category", "text", "priority")]
        line.append(str(row["weight"]))
        for candidate in candidates:
            cell = cells[candidate["id"]][row["ref"]]
            standing = results[candidate["id"]]["standings"].get(row["ref"], "")
            line += [*marks(cell), standing]
            if with_numbers:
                line.append(numbers_in_words(candidate, row["ref"]))
        yield line
    foot, blank = ["Fit", "", "", "", ""], [""] * (len(parts) - 1)
    for candidate in candidates:
        foot += [percent(results[candidate["id"]]["fit"]), *blank]
    yield foot


def marks(cell: CellState) -> list[str]:
    """What was claimed, and the newest verdict of a demo and of a trial."""
    return ["not applicable", "", ""] if cell.not_applicable else [*cell.marks]


def numbers_in_words(candidate: dict[str, Any], ref: str) -> str:
    """What it claimed for a requirement's measure, and what its runs came to."""
    found = candidate.get("numbers", {}).get(ref)
    return CellNumbers.from_json(found).words if found else ""


def matrix_csv(memo: dict[str, Any]) -> bytes:
    """UTF-8 with a mark, formulas made harmless."""
    return csv_of(matrix_rows(memo))


def csv_of(rows: Iterator[list[str]]) -> bytes:
    """Rows as CSV that spreadsheets read right and run nothing of."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([harmless(each) for each in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def matrix_xlsx(memo: dict[str, Any]) -> bytes:
    """The same as a workbook whose cells are all text."""
    book = Workbook(write_only=True)
    write(book.create_sheet("Matrix"), matrix_rows(memo), {3})
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


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
