"""A list or a matrix of somebody's scores, 0 to 5 with a reason each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import NO_HEADERS, Header
from evaltracker.importing.rows import (
    Refusal,
    RowLine,
    RowsPlan,
    compared,
    find_table,
    no_table,
    tell_unread,
)
from evaltracker.importing.words import CANDIDATE_COLUMNS
from evaltracker.kit.text import read_text
from evaltracker.requirements.imports.lines import UNCOMPUTED
from evaltracker.tabular import Row, Sheet, Workbook, header_key
from evaltracker.tabular.wording import without_markup
from trials.scoring import TOP_SCORE
from vendors.imports.names import Names
from vendors.imports.shapes import find_matrix

COLUMNS: dict[str, tuple[str, ...]] = {
    "candidate": CANDIDATE_COLUMNS,
    "category": ("category", "criterion", "criteria", "section", "area", "theme"),
    "value": ("score", "value", "points", "rating", "mark"),
    "reason": ("reason", "why", "comment", "comments", "notes", "note", "remarks"),
}
BESIDE = frozenset({"total", "sum", "average", "mean", "rank", "evidenceurl", "url"})
WANTED = (
    "What can be read is a list with columns for candidate, category and score, or a "
    "matrix that names the candidates on one side and the categories on the other."
)


@dataclass(frozen=True, slots=True)
class KnownScores:
    """What may be scored, and what this person has given."""

    candidates: Mapping[str, Sequence[str]]
    categories: Sequence[str]
    scores: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """One score as it stands in the file."""

    row: int
    column: int
    candidate: str
    category: str
    value: str
    reason: str
    # In a list, by field the column that holds it; in a matrix the cell says all.
    places: Mapping[str, int] = MappingProxyType({})


def is_table(columns: Collection[str], *, said: bool = False) -> bool:
    """Whether these columns make scores, `said` by somebody or not."""
    return {"candidate", "category", "value"} <= set(columns)


def plan_scores_import(
    book: Workbook,
    known: KnownScores,
    *,
    reason: str = "",
    skip_unknown: bool = False,
    headers: Mapping[str, Header] = NO_HEADERS,
) -> RowsPlan:
    """What importing `book` would do to one's own scores.

    Blank cells say nothing. `reason` is for scores that have none in the file.

    Raises:
        Unreadable: no scores are in the file.

    """
    findings = Findings(remarks=list(book.remarks))
    walk = Walk(known, reason.strip(), findings, skip_unknown=skip_unknown)
    lines: list[RowLine] = []
    found = False
    for sheet in book.visible:
        given = walk.given(sheet, headers.get(sheet.name))
        if given is not None:
            found = True
            lines += [line for one in given if (line := walk.line(sheet, one))]
    if not found:
        raise no_table(book, "scores", WANTED)
    walk.tell(lines)
    return compared(book, lines, known.scores, findings, skipped=walk.skipped)


class Walk:
    """One pass over the scores; unknown names are refused, or skipped."""

    def __init__(
        self, known: KnownScores, reason: str, findings: Findings, *, skip_unknown: bool
    ) -> None:
        self.known, self.reason, self.findings = known, reason, findings
        self.skip_unknown, self.skipped = skip_unknown, 0
        self.candidates = Names(known.candidates, loose=True)
        self.categories = Names({it: [] for it in known.categories}, loose=True)

    def given(self, sheet: Sheet, said: Header | None) -> Iterator[Given] | None:
        """The scores of a sheet, whichever way they lie; None if there are none."""
        table = find_table(sheet, said, COLUMNS, is_table)
        if table is not None:
            tell_unread(table, self.findings)
            return (
                Given(
                    row.number,
                    table.columns["value"],
                    table.cell(row, "candidate"),
                    table.cell(row, "category"),
                    table.cell(row, "value"),
                    table.cell(row, "reason"),
                    table.columns,
                )
                for row in table.body
                if table.cell(row, "value")
            )
        down = find_matrix(sheet, self.candidates, self.categories, "down")
        across = find_matrix(sheet, self.categories, self.candidates, "across")
        shapes = [shape for shape in (down, across) if shape is not None]
        if not shapes:
            return None
        shape = max(shapes, key=lambda matrix_shape: matrix_shape.fit)
        return self.cells(shape.header, shape.body, shape.label, shape is down)

    def cells(
        self, header: Row, body: list[Row], label: int, is_down: bool
    ) -> Iterator[Given]:
        """The scores of a matrix."""
        for column in header.filled:
            head = header.cell(column)
            if column == label or header_key(head) in BESIDE:
                continue
            for row in body:
                if not row.cell(column):
                    continue
                side = row.cell(label)
                names = (head, side) if is_down else (side, head)
                yield Given(row.number, column, *names, row.cell(column), "")

    def line(self, sheet: Sheet, given: Given) -> RowLine | None:
        """One score, or None with the reason in the findings."""
        try:
            if (given.row, given.column) in sheet.uncomputed:
                raise Refusal("", UNCOMPUTED)
            key = self.names_of(given)
            if key is None:
                return None
            values = {"value": score_in(given.value), "reason": self.reason_of(given)}
        except Refusal as refusal:
            place = given.places.get(refusal.column, given.column)
            self.findings.refuse(sheet, given.row, refusal.sentence, place)
            return None
        return RowLine(key, values, sheet.name, given.row)

    def names_of(self, given: Given) -> tuple[str, str] | None:
        """Candidate and category; None if one is unknown and may be left out."""
        candidate = self.candidates.find(given.candidate)
        category = self.categories.find(given.category)
        if candidate and category:
            return candidate, category
        if self.skip_unknown:
            self.skipped += 1
            return None
        word, names, name = (
            ("category", self.categories, given.category)
            if candidate
            else ("candidate to score", self.candidates, given.candidate)
        )
        raise Refusal(
            "category" if candidate else "candidate",
            f"There is no {word} “{short(name)}” here.{names.hint(name)} Fix the "
            "name, or choose to leave unknown names out.",
        )

    def reason_of(self, given: Given) -> str:
        try:
            reason = read_text(without_markup(given.reason) or self.reason)
        except ValueError as error:
            raise Refusal("reason", str(error)) from error
        if not reason:
            raise Refusal(
                "",
                "The score has no reason. Add a column “reason”, or say one below for "
                "all that have none.",
            )
        return reason

    def tell(self, lines: list[RowLine]) -> None:
        """What the reader should look at twice."""
        if self.skipped:
            self.findings.remark(f"{self.skipped:,} scores were left out as unknown.")
        top = max((line.values["value"] for line in lines), default=TOP_SCORE)
        if top < TOP_SCORE - 1:
            self.findings.remark(
                f"The highest score in the file is {top}, and the best is {TOP_SCORE} "
                "here. Check that the file has the same scale; it is taken as it is."
            )


def score_in(cell: str) -> int:
    """The score in a cell."""
    text = cell.strip().removesuffix(".0")
    if not text.isascii() or not text.isdigit() or int(text[:4]) > TOP_SCORE:
        raise Refusal(
            "",
            f"“{short(cell)}” is no score. Write a whole number from 0 to {TOP_SCORE}, "
            "0 the worst.",
        )
    return int(text[:4])
