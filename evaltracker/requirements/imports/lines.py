"""From the rows of a sheet to requirements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority
from evaltracker.importing.columns_aside import unread_columns
from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings, RequirementLine, Value
from evaltracker.importing.rows_aside import numbered, tell_aside, without_aside
from evaltracker.importing.words import PRIORITIES
from evaltracker.importing.words_asked import LEAVE_OUT, meanings_in
from evaltracker.kit.progress import counted
from evaltracker.kit.text import read_line, read_text
from evaltracker.measures import measure_words, read_measure
from evaltracker.requirements.imports.headings import Headings, with_category
from evaltracker.requirements.imports.layout import Layout
from evaltracker.requirements.imports.refs import NO_TEXTS, Refs
from evaltracker.requirements.imports.weights import weight_in, weights_are_usable
from evaltracker.tabular import Row
from evaltracker.tabular.wording import without_markup

type Reader = Callable[[str], Value | None]
UNCOMPUTED = (
    "The cell holds a formula without a saved result, or an error. Open the file in "
    "your spreadsheet program, fix the cell, save it, and import it again."
)
# So many different cells of a column are remembered: categories, and no texts.
KEPT = 256


def lines_of(
    layout: Layout, findings: Findings, known_texts: Mapping[str, str] = NO_TEXTS
) -> list[RequirementLine]:
    """The requirements of one sheet; what cannot come in goes to `findings`.

    `known_texts` are the refs that texts have in the evaluation.
    """
    sides = (layout.candidate, layout.component)
    used = {*layout.columns.values(), *layout.woven}
    used |= {it for it in sides if it is not None}
    findings.remarks += unread_columns(layout.sheet, layout.header, layout.below, used)
    columns = layout.columns
    body = list(without_aside(layout.below, layout.header, columns.values()))
    if "weight" in columns and not weights_are_usable(layout, body, findings):
        del columns["weight"]
    tell_aside(layout.sheet, layout.below, layout.header, findings)
    headings = Headings(layout, body, findings)
    rows = [row for row in body if row.number not in headings.numbers]
    refs = Refs(layout, rows, findings, known_texts)
    priorities = priorities_in(layout, rows, findings)
    lines, left_out = [], []
    cells = Cells(layout, findings, priorities)
    for row in counted(rows, "compared"):
        if is_left_out(layout, row, priorities):
            left_out.append(row)
            continue
        line = line_of(row, cells, refs)
        if line is None:
            continue
        if (category := headings.categories.get(row.number)) is not None:
            line = replace(line, values=with_category(line.values, category))
        lines.append(line)
    if left_out:
        findings.remark(f"Left out, as you said: {numbered(left_out)}.")
    tell_numbers(layout, findings)
    return lines


class Cells:
    """Reads the cells of one sheet's rows; what stands in many is read once."""

    def __init__(
        self, layout: Layout, findings: Findings, priorities: Mapping[str, str]
    ) -> None:
        self.sheet, self.findings = layout.sheet, findings
        self.read = sorted(set(layout.columns.values()))
        readers: dict[str, Reader] = {
            **READERS,
            "priority": partial(priority_in, priorities),
        }
        self.readers = {
            field: (column, lru_cache(KEPT)(readers[field]))
            for field, column in layout.columns.items()
            if field in readers
        }

    def are_there(self, row: Row) -> bool:
        """Whether the row holds something that is read, and every formula its value."""
        unknown = self.sheet.uncomputed
        hits = [it for it in self.read if unknown and (row.number, it) in unknown]
        for column in hits:
            self.findings.refuse(self.sheet, row.number, UNCOMPUTED, column)
        return not hits and any(map(row.cell, self.read))

    def values(self, row: Row, text: str | None) -> dict[str, Value] | None:
        """By field, what the file gives; None with the reasons in the findings.

        `text` is that which the ref's cell tells, if it does.
        """
        values: dict[str, Value] = {}
        is_good = True
        for field, (column, read) in self.readers.items():
            try:
                told = field == "text" and text is not None
                value = text if told else read(row.cell(column))
            except ValueError as error:
                self.findings.refuse(self.sheet, row.number, str(error), column)
                is_good = False
                continue
            if value is not None:
                values[field] = value
        return values if is_good else None


def line_of(row: Row, cells: Cells, refs: Refs) -> RequirementLine | None:
    """One row's requirement, or None with the reason in the findings."""
    if not cells.are_there(row):
        return None
    ref, text = refs.of(row)
    values = cells.values(row, text) if ref else None
    if values is None:
        return None
    return RequirementLine(ref, values, cells.sheet.name, row.number)


def text_in(cell: str) -> str:
    """The words of a requirement."""
    text = without_markup(cell)
    if not text:
        raise ValueError("It has no text. Describe what is needed, or delete the row.")
    return read_text(text)


def help_in(cell: str) -> str:
    """A text that may be blank."""
    text = without_markup(cell)
    return read_text(text) if text else ""


def category_in(cell: str) -> str | None:
    """The name of a category, on one line; None where the cell is blank."""
    name = " ".join(without_markup(cell).split())
    return read_line(name) if name else None


def measure_in(cell: str) -> str:
    """A measure in the words in which plans compare it; blank is none."""
    try:
        return measure_words(read_measure(without_markup(cell)))
    except Invalid as error:
        raise ValueError(error.sentence) from error


def lists_in(cell: str) -> str:
    """The lists of the brief for which a requirement must hold."""
    text = without_markup(cell)
    return list_names(text.replace(",", ";").replace("\n", ";").split(";"))


def priority_in(priorities: Mapping[str, str], cell: str) -> str | None:
    """The priority; None where the cell is blank."""
    if cell and cell not in priorities:
        raise ValueError(
            f"“{short(cell)}” is no priority that is known here. Say what it means, or "
            "write must, should or could."
        )
    return priorities[cell] if cell else None


READERS: Mapping[str, Reader] = {
    "text": text_in,
    "category": category_in,
    "weight": weight_in,
    "vendor_help": help_in,
    "scorer_help": help_in,
    "measure": measure_in,
    "must_hold_for": lists_in,
}


def list_names(names: Iterable[str]) -> str:
    """Names of lists as plans compare them, whatever order they came in."""
    return "; ".join(sorted({name.strip() for name in names} - {""}))


def priorities_in(
    layout: Layout, rows: Sequence[Row], findings: Findings
) -> dict[str, str]:
    """By cell, the priority that it is, or that it is to be left out."""
    if "priority" not in layout.columns:
        return {}
    options = [(it.value, str(it.label)) for it in Priority]
    return meanings_in(
        layout.header,
        layout.columns["priority"],
        rows,
        {word: priority.value for word, priority in PRIORITIES.items()},
        [*options, (LEAVE_OUT, "leave these rows out")],
        findings,
        field="priority",
    )


def is_left_out(layout: Layout, row: Row, priorities: Mapping[str, str]) -> bool:
    """Whether somebody said that rows with such a priority stay out."""
    column = layout.columns.get("priority")
    return column is not None and priorities.get(row.cell(column)) == LEAVE_OUT


def tell_numbers(layout: Layout, findings: Findings) -> None:
    """Warn of refs that a spreadsheet keeps as numbers."""
    column = layout.columns["ref"]
    hit = next(
        (
            row
            for row in layout.below
            if column in row.numbers and "." in row.cell(column)
        ),
        None,
    )
    if hit is not None:
        findings.remark(
            f"The refs in column {layout.letter('ref')} are numbers, such as "
            f"{hit.cell(column)} in row {hit.number}; a spreadsheet cannot tell 1.10 "
            "from 1.1. If your refs end in 0, format the column as text and type "
            "them again."
        )
