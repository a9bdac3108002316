"""The numbers of a memo: what was claimed for a measure, and what runs came to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaltracker.decision.memo.chosen import pursued
from evaltracker.decision.memo.markdown import table
from evaltracker.toolbox.measures import CellNumbers
from evaltracker.toolbox.text import named_ref

HEAD = ("Requirement", "Must reach", "Option", "Claimed", "Measured", "Standing")
NOT_ASKED, NOT_CLAIMED, NOT_MEASURED = "not asked", "no number", "not yet"


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One option's numbers for one requirement."""

    key: str
    option: str
    standing: str
    numbers: CellNumbers

    @property
    def claimed(self) -> str:
        """The number that it claims, or why there is none."""
        nothing = NOT_CLAIMED if self.numbers.bound_words else NOT_ASKED
        return self.numbers.claimed_words or nothing

    @property
    def measured(self) -> str:
        """What its confirmed runs came to."""
        return self.numbers.measured_words or NOT_MEASURED


@dataclass(frozen=True, slots=True)
class MeasuredNeed:
    """A requirement with a number or confirmed runs, and the options compared."""

    ref: str
    text: str
    rows: list[NumberRow]

    @property
    def bound(self) -> str:
        """What must be reached."""
        return next(filter(None, (row.numbers.bound_words for row in self.rows)), "")

    @property
    def is_measured(self) -> bool:
        """Whether anything was found, and not only claimed."""
        return any(row.numbers.measured for row in self.rows)


def measured_needs(memo: dict[str, Any]) -> list[MeasuredNeed]:
    """The requirements with numbers of an option that is compared, in their order, and
    every such option, also one that has none.

    None in memos from before numbers were kept; those from before empty cells were kept
    have the options with numbers alone.
    """
    inputs, results = memo["inputs"], memo["results"]
    options = [
        row
        for row in inputs["candidates"]
        if row.get("numbers") and pursued(row, results[row["id"]])
    ]
    needs = []
    for need in inputs["requirements"]:
        ref = need["ref"]
        rows = [
            NumberRow(
                key=row["id"],
                option=row["name"],
                standing=results[row["id"]]["standings"].get(ref, ""),
                numbers=CellNumbers.from_json(row["numbers"][ref]),
            )
            for row in options
            if ref in row["numbers"]
        ]
        if any(row.numbers.words for row in rows):
            needs.append(MeasuredNeed(ref, need["text"], rows))
    return needs


def numbers_table(inputs: dict[str, Any], results: dict[str, Any]) -> str:
    """A line for each requirement and option; blank where there is no number."""
    lines = [*number_lines({"inputs": inputs, "results": results})]
    return table(HEAD, lines) if lines else ""


def numbers_sheets(
    memo: dict[str, Any],
) -> Iterator[tuple[str, set[int], Iterator[tuple[str, ...]]]]:
    """The same as a sheet: its title, its wide columns, its rows; none without."""
    if lines := [*number_lines(memo)]:
        yield "Claimed and measured", {1, 2, 4, 5}, iter([HEAD, *lines])


def number_lines(memo: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The cells of each line below `HEAD`."""
    for need in measured_needs(memo):
        for row in need.rows:
            against = row.numbers.against_claim
            measured = f"{row.measured}, {against}" if against else row.measured
            yield (
                *(named_ref(need.ref, need.text), need.bound, row.option),
                *(row.claimed, measured, row.standing),
            )
