"""What requirements of a sheet are called: their refs, or numbers for want of one."""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from types import MappingProxyType

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.importing.rows_aside import numbered
from evaltracker.kit.text import REF_LIMIT, read_requirement_ref, read_text
from evaltracker.requirements.imports.layout import Layout
from evaltracker.tabular import Row
from evaltracker.tabular.wording import without_markup

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
# “GV.OC-01: The mission …”, “1.2.3 Reads …”: a ref and the text that it belongs to.
IN_TEXT = re.compile(
    r"(?P<ref>(?=[^\s:]{0,30}[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,30})"
    r"(?:\s?[:–—]\s+|\)\s+|\s+(?=[A-Z]))(?P<text>\S.{3,})",
    re.DOTALL,
)
NUMBER = "R{}"
YES = "number"


class Refs:
    """Finds the ref of a row, and the text of it that is no ref."""

    def __init__(
        self,
        layout: Layout,
        rows: Sequence[Row],
        findings: Findings,
        known_texts: Mapping[str, str],
    ) -> None:
        self.layout, self.findings = layout, findings
        self.column = layout.columns["ref"]
        self.is_text = self.column == layout.columns["text"]
        cells = [self.plain(row) for row in rows if row.cell(self.column)]
        split = [IN_TEXT.fullmatch(cell) for cell in cells]
        refs = [found["ref"] for found in split if found]
        self.splits = self.is_text and bool(cells) and len(set(refs)) == len(cells)
        self.is_long = (
            self.is_text
            and not self.splits
            and any(len(cell) > REF_LIMIT for cell in cells)
        )
        self.numbers = self.numbered(rows, known_texts)
        if self.splits:
            findings.remark(
                f"The refs were taken out of the texts, such as “{short(refs[0])}”."
            )

    def plain(self, row: Row) -> str:
        """The cell of the ref on one line."""
        return " ".join(without_markup(row.cell(self.column)).split())

    def numbered(
        self, rows: Sequence[Row], known_texts: Mapping[str, str]
    ) -> dict[int, str]:
        """By row, the number that it gets for want of a ref, if somebody wants it."""
        text = self.layout.columns["text"]
        without = [
            row
            for row in rows
            if row.cell(text) and (self.is_long or not row.cell(self.column))
        ]
        if not without:
            return {}
        rows_have = "has" if len(without) == 1 else "have"
        said = self.findings.ask(
            f"number:{self.layout.sheet.name}",
            f"{numbered(without).capitalize()} {rows_have} no ref, such as "
            f"“{short(without[0].cell(text))}”. Number them?",
            [(YES, f"number them: {NUMBER.format(1)}, {NUMBER.format(2)} …")],
        )
        if said != YES:
            return {}
        taken = {self.plain(row) for row in rows} | set(known_texts.values())
        free = (ref for ref in map(NUMBER.format, count(1)) if ref not in taken)
        found: dict[int, str] = {}
        for row in without:
            known = known_texts.get(without_markup(row.cell(text)), "")
            found[row.number] = known or next(free)
        return found

    def of(self, row: Row) -> tuple[str, str | None]:
        """The ref of a row, and its text if the ref's cell tells it; "" if refused."""
        sheet, number = self.layout.sheet, row.number
        if number in self.numbers:
            return self.numbers[number], None
        cell = self.plain(row)
        problem = self.problem(row, cell)
        if problem:
            self.findings.refuse(sheet, number, problem, self.column)
            return "", None
        text: str | None = None
        found = IN_TEXT.fullmatch(cell) if self.splits else None
        if found is not None:
            cell, text = found["ref"], found["text"]
        if self.layout.component is not None:
            cell = f"{cell} {' '.join(row.cell(self.layout.component).split())}".strip()
        try:
            ref = read_requirement_ref(cell)
            text = read_text(text) if text else ref if self.is_text else None
        except ValueError as error:
            sentence = f"The ref does not fit: {error}"
            self.findings.refuse(sheet, number, sentence, self.column)
            return "", None
        return ref, text

    def problem(self, row: Row, cell: str) -> str:
        """Why a row has no ref; blank if it has one."""
        if not cell:
            return "It has no ref. Fill one in, have it numbered, or delete the row."
        if self.is_long:
            return (
                "The file has no column of refs, and a text is too long to be one. "
                "Have the rows numbered, or add a column “ref”."
            )
        if self.column in row.days:
            return (
                f"Its ref is a day ({cell}), which spreadsheets make of refs such as "
                "1.2. Format the column as text, and type the ref again."
            )
        return ""
