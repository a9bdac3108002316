"""From the rows of a sheet to requirements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority
from evaltracker.importing.layout import Layout, short
from evaltracker.importing.plan import Findings, RequirementLine, Value
from evaltracker.importing.rows import unread_columns
from evaltracker.importing.rows_aside import numbered, tell_aside, without_aside
from evaltracker.importing.words import PRIORITIES
from evaltracker.importing.words_asked import LEAVE_OUT, meanings_in
from evaltracker.kit.progress import counted
from evaltracker.kit.text import read_line, read_text
from evaltracker.measures import measure_words, read_measure
from evaltracker.requirements.imports.headings import Headings, with_category
from evaltracker.requirements.imports.refs import NO_TEXTS, Refs
from evaltracker.requirements.imports.weights import read_weight, weights_are_usable
from evaltracker.tabular import Row
from evaltracker.tabular.wording import without_markup

UNCOMPUTED = (
    "The cell holds a formula without a saved result, or an error. Open the file in "
    "your spreadsheet program, fix the cell, save it, and import it again."
)


def lines_of(
    layout: Layout, findings: Findings, known_texts: Mapping[str, str] = NO_TEXTS
) -> list[RequirementLine]:
    """The requirements of one sheet; what cannot come in goes to `findings`.

    `known_texts` are the refs that texts have in the evaluation.
    """
    sides = (layout.candidate, layout.component)
    used = {*layout.columns.values(), *(it for it in sides if it is not None)}
    findings.remarks += unread_columns(layout.sheet, layout.header, layout.body, used)
    if "weight" in layout.columns and not weights_are_usable(layout, findings):
        del layout.columns["weight"]
    tell_aside(layout.sheet, layout.body, layout.header, findings)
    body = without_aside(layout.body, layout.header, layout.columns.values())
    headings = Headings(layout, body, findings)
    rows = [row for row in body if row.number not in headings.numbers]
    refs = Refs(layout, rows, findings, known_texts)
    priorities = priorities_in(layout, rows, findings)
    lines, left_out = [], []
    for row in counted(rows, "compared"):
        if is_left_out(layout, row, priorities):
            left_out.append(row)
            continue
        line = line_of(layout, row, findings, refs, priorities)
        if line is not None:
            values = with_category(line.values, headings.categories.get(row.number))
            lines.append(replace(line, values=values))
    if left_out:
        findings.remark(f"Left out, as you said: {numbered(left_out)}.")
    tell_numbers(layout, findings)
    return lines


def line_of(
    layout: Layout,
    row: Row,
    findings: Findings,
    refs: Refs,
    priorities: Mapping[str, str],
) -> RequirementLine | None:
    """One row's requirement, or None with the reason in `findings`."""
    before = len(findings.refused_rows)
    sheet = layout.sheet
    read = sorted(set(layout.columns.values()))
    hits = [column for column in read if (row.number, column) in sheet.uncomputed]
    for column in hits:
        findings.refuse(sheet, row.number, UNCOMPUTED, column)
    if hits or not any(row.cell(column) for column in read):
        return None
    values: dict[str, Value] = {}
    ref, text = refs.of(row)
    for field in layout.columns:
        if field == "text" and text is not None:
            values["text"] = text
        elif field == "priority":
            value = read_priority(layout, row, findings, priorities)
            if value is not None:
                values["priority"] = value
        elif field != "ref" and ref:
            said = read_field(layout, row, field, findings)
            if said is not None:
                values[field] = said
    if len(findings.refused_rows) > before or not ref:
        return None
    return RequirementLine(ref, values, sheet.name, row.number)


def read_field(
    layout: Layout, row: Row, field: str, findings: Findings
) -> Value | None:
    """The row's value of `field`; None where the file gives none."""
    column = layout.columns[field]
    cell = row.cell(column)
    if field == "weight":
        return read_weight(layout, row, findings)
    text = without_markup(cell)
    if field == "measure":
        return read_measure_cell(layout, row, findings)
    if field == "must_hold_for":
        return list_names(text.replace(",", ";").replace("\n", ";").split(";"))
    if field == "text" and not text:
        findings.refuse(
            layout.sheet,
            row.number,
            "It has no text. Describe what is needed, or delete the row.",
            column,
        )
        return None
    try:
        if field == "category":
            return read_line(" ".join(text.split())) if text else None
        return read_text(text) if text else ""
    except ValueError as error:
        findings.refuse(layout.sheet, row.number, str(error), column)
        return None


def read_measure_cell(layout: Layout, row: Row, findings: Findings) -> str | None:
    """The row's measure in the words in which plans compare it; blank is none."""
    column = layout.columns["measure"]
    try:
        parts = read_measure(without_markup(row.cell(column)))
        return measure_words(parts)
    except Invalid as error:
        sentence = error.sentence
    except ValueError as error:
        sentence = str(error)
    findings.refuse(layout.sheet, row.number, sentence, column)
    return None


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


def read_priority(
    layout: Layout, row: Row, findings: Findings, priorities: Mapping[str, str]
) -> str | None:
    """The row's priority; None where the cell is blank."""
    column = layout.columns["priority"]
    cell = row.cell(column)
    if not cell:
        return None
    priority = priorities.get(cell)
    if priority is None:
        findings.refuse(
            layout.sheet,
            row.number,
            f"“{short(cell)}” is no priority that is known here. Say what it means, or "
            "write must, should or could.",
            column,
        )
    return priority


def tell_numbers(layout: Layout, findings: Findings) -> None:
    """Warn of refs that a spreadsheet keeps as numbers."""
    column = layout.columns["ref"]
    hit = next(
        (
            row
            for row in layout.body
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
