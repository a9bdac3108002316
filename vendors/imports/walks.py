"""Walking a list or a matrix, cell by cell, to claims."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.importing.column_questions import order_in
from evaltracker.importing.columns_aside import unread_columns
from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.importing.rows_aside import tell_aside
from evaltracker.importing.words import SIDE_COLUMNS
from evaltracker.kit.progress import counted
from evaltracker.measures import Reading
from evaltracker.requirements.imports.lines import UNCOMPUTED
from evaltracker.tabular import Row, Sheet, header_key
from vendors.claimed_numbers import claimed_number
from vendors.imports.answers import Cells, Reader
from vendors.imports.names import Names
from vendors.imports.plan import ClaimLine, Meaning
from vendors.imports.questionnaires import Whose, is_aside
from vendors.imports.shapes import (
    REQUIREMENTS_AS_ROWS,
    ListShape,
    MatrixShape,
    refuse_scores,
)


class Walk:
    """One pass over a sheet; unknown names are refused, or skipped and counted."""

    def __init__(
        self,
        candidates: Names,
        requirements: Names,
        findings: Findings,
        words: Mapping[str, Meaning],
        measures: Mapping[str, Mapping[str, Any]],
        *,
        skip_unknown: bool,
    ) -> None:
        self.candidates = candidates
        self.requirements = requirements
        self.findings = findings
        self.measures = measures
        self.skip_unknown = skip_unknown
        self.reader = Reader(words)
        self.skipped: dict[str, int] = {}
        self.whose = Whose(findings)

    def list(self, shape: ListShape) -> Iterator[ClaimLine]:
        """The claims of a list."""
        columns, body = shape.columns, shape.body
        used = set(columns.values())
        self.findings.remarks += unread_columns(shape.sheet, shape.header, body, used)
        tell_aside(shape.sheet, shape.below, shape.header, self.findings)
        if "available_from" in columns:
            column = columns["available_from"]
            self.reader.order = order_in(shape.header, column, body, self.findings)
        for row in counted(body, "compared"):
            if self.is_uncomputed(shape.sheet, row.number, columns.values()):
                continue
            if not any(row.cell(column) for column in columns.values()):
                continue
            if shape.whose and is_aside(shape, row):
                continue
            candidate = self.candidate_of(shape, row)
            ref = self.requirement_of(shape, row)
            if candidate is None or ref is None:
                continue
            cells = Cells(
                **{
                    field: row.cell(columns[field]) if field in columns else ""
                    for field in ("status", "statement", "evidence", "available_from")
                }
            )
            number = row.cell(columns["number"]) if "number" in columns else ""
            place = (row.number, columns.get("status"))
            for line in self.claim(shape.sheet, *place, candidate, ref, cells):
                yield from self.with_number(shape, line, number)

    def questionnaire(self, shape: ListShape) -> Iterator[ClaimLine]:
        """The claims of one vendor, once somebody has said of whom."""
        whose = self.whose.of(shape, self.candidates, self.requirements)
        if not whose:
            sentence = "Nobody has said whose answers these are. Answer the question."
            self.findings.problems.append(shape.sheet.problem(sentence))
            return
        yield from self.list(replace(shape, whose=whose))

    def candidate_of(self, shape: ListShape, row: Row) -> str | None:
        """The candidate that the row speaks of; its version may be in its name."""
        if shape.whose:
            return shape.whose
        column = shape.columns["candidate"]
        name = row.cell(column)
        found = self.candidates.find(name)
        if found is None and "version" in shape.columns:
            found = self.candidates.find(f"{name} {row.cell(shape.columns['version'])}")
        if found is None:
            self.unknown(shape.sheet, row.number, column, "candidate", name)
        return found

    def requirement_of(self, shape: ListShape, row: Row) -> str | None:
        """The requirement that the row speaks of; a component may be in its ref."""
        column = shape.columns["requirement"]
        name = row.cell(column)
        found = None
        if "component" in shape.columns:
            whole = f"{name} {row.cell(shape.columns['component'])}"
            found = self.requirements.find(whole)
        found = found or self.requirements.find(name)
        if found is None:
            self.unknown(shape.sheet, row.number, column, "requirement", name)
        return found

    def matrix(self, shape: MatrixShape) -> Iterator[ClaimLine]:
        """The claims of a matrix, whichever way it lies."""
        is_down = shape.orientation == REQUIREMENTS_AS_ROWS
        across, down = self.candidates, self.requirements
        words = ("candidate", "requirement")
        if not is_down:
            across, down, words = down, across, (words[1], words[0])
        heads = self.heads(shape, across, words[0])
        refuse_scores(shape, heads)
        merged = shape.sheet.merged_across()
        for row in counted(shape.body, "compared"):
            if self.is_uncomputed(shape.sheet, row.number, [*heads, shape.label]):
                continue
            shown = {
                column: row.cell(column) or merged.get((row.number, column), "")
                for column in heads
            }
            answers = {column: cell for column, cell in shown.items() if cell}
            if not answers:
                continue
            key = down.find(row.cell(shape.label))
            if key is None:
                name = row.cell(shape.label)
                place = (row.number, shape.label)
                self.unknown(shape.sheet, *place, words[1], name, len(answers))
                continue
            for column, cell in answers.items():
                pair = (heads[column], key) if is_down else (key, heads[column])
                yield from self.claim(
                    shape.sheet, row.number, column, *pair, Cells(status=cell)
                )

    def heads(self, shape: MatrixShape, across: Names, word: str) -> dict[int, str]:
        """By column, whose answers stand in it."""
        heads = {}
        for column in shape.header.filled:
            name = shape.header.cell(column)
            found = across.find(name)
            if found is not None:
                heads[column] = found
            elif column != shape.label:
                amount = sum(1 for row in shape.body if row.cell(column))
                if header_key(name) not in SIDE_COLUMNS and amount:
                    place = (shape.header.number, column)
                    self.unknown(shape.sheet, *place, word, name, amount)
        used = {shape.label, *heads}
        self.findings.remarks += unread_columns(
            shape.sheet, shape.header, shape.body, used
        )
        tell_aside(shape.sheet, shape.below, shape.header, self.findings)
        return heads

    def is_uncomputed(self, sheet: Sheet, row: int, columns: Iterable[int]) -> bool:
        """Whether one of these cells has no result; if so, it is refused."""
        hits = [column for column in columns if (row, column) in sheet.uncomputed]
        for column in hits:
            self.findings.refuse(sheet, row, UNCOMPUTED, column)
        return bool(hits)

    def claim(
        self,
        sheet: Sheet,
        row: int,
        column: int | None,
        candidate: str,
        ref: str,
        cells: Cells,
    ) -> Iterator[ClaimLine]:
        """The claim in `cells`, if they hold one that can be kept."""
        if cells.is_blank:
            return
        try:
            words = self.reader.read(cells)
        except Invalid as error:
            self.findings.refuse(sheet, row, error.sentence, column)
            return
        yield ClaimLine(candidate, ref, words, sheet.name, row)

    def with_number(
        self, shape: ListShape, line: ClaimLine, text: str
    ) -> Iterator[ClaimLine]:
        """The claim with the number in its own cell, if that can be kept."""
        try:
            said = Reading.from_text(text)
            number = claimed_number(
                said and said.as_json(), self.measures.get(line.ref, {})
            )
        except Invalid as error:
            column = shape.columns["number"]
            self.findings.refuse(shape.sheet, line.row, error.sentence, column)
            return
        yield replace(line, words=replace(line.words, number=number))

    def unknown(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        word: str,
        name: str,
        amount: int = 1,
    ) -> None:
        """Refuse a name that the evaluation does not have, or skip it if told to."""
        if not name:
            self.findings.refuse(sheet, row, f"It names no {word}.", column)
            return
        if self.skip_unknown:
            key = f"{word} “{short(name)}”"
            self.skipped[key] = self.skipped.get(key, 0) + amount
            return
        names = self.candidates if word == "candidate" else self.requirements
        self.findings.refuse(
            sheet,
            row,
            f"The evaluation has no {word} “{short(name)}”.{names.hint(name)} Add it "
            "first, fix the name, or choose to leave unknown names out.",
            column,
        )
