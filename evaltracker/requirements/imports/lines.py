"""From the rows of a sheet to requirements."""

from collections.abc import Iterable

from evaltracker.errors import Invalid
from evaltracker.importing.layout import Layout, short
from evaltracker.importing.plan import Findings, RequirementLine, Value
from evaltracker.importing.words import PRIORITIES
from evaltracker.kit.text import REF_LIMIT, read_line, read_requirement_ref, read_text
from evaltracker.measures import measure_words, read_measure
from evaltracker.requirements.imports.weights import read_weight, weights_are_usable
from evaltracker.tabular import Row, header_key
from evaltracker.tabular.wording import without_markup

UNCOMPUTED = (
    "The cell holds a formula without a saved result, or an error. Open the file in "
    "your spreadsheet program, fix the cell, save it, and import it again."
)


def lines_of(layout: Layout, findings: Findings) -> list[RequirementLine]:
    """The requirements of one sheet; what cannot come in goes to `findings`."""
    tell_unread(layout, findings)
    if refs_are_too_long(layout, findings):
        return []
    if "weight" in layout.columns and not weights_are_usable(layout, findings):
        del layout.columns["weight"]
    lines = []
    for row in layout.body:
        if is_heading(layout, row):
            findings.remark(
                f"Row {row.number} (“{short(row.cells[row.filled[0]])}”) is merged "
                "across the table, so it was read as a heading."
            )
            continue
        line = line_of(layout, row, findings)
        if line is not None:
            lines.append(line)
    tell_numbers(layout, findings)
    return lines


def line_of(layout: Layout, row: Row, findings: Findings) -> RequirementLine | None:
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
    ref = read_ref(layout, row, findings)
    for field in layout.columns:
        if field == "text" and layout.columns["text"] == layout.columns["ref"]:
            values["text"] = ref
        elif field != "ref":
            value = read_field(layout, row, field, findings)
            if value is not None:
                values[field] = value
    if len(findings.refused_rows) > before or not ref:
        return None
    return RequirementLine(ref, values, sheet.name, row.number)


def read_ref(layout: Layout, row: Row, findings: Findings) -> str:
    """The row's ref as text; with a component, the two together."""
    column = layout.columns["ref"]
    ref = " ".join(without_markup(row.cell(column)).split())
    if not ref:
        findings.refuse(
            layout.sheet,
            row.number,
            "It has no ref. Fill one in, or delete the row.",
            column,
        )
        return ""
    if layout.component is not None:
        ref = f"{ref} {' '.join(row.cell(layout.component).split())}".strip()
    try:
        return read_requirement_ref(ref)
    except ValueError as error:
        findings.refuse(
            layout.sheet, row.number, f"The ref does not fit: {error}", column
        )
        return ""


def read_field(
    layout: Layout, row: Row, field: str, findings: Findings
) -> Value | None:
    """The row's value of `field`; None where the file gives none."""
    column = layout.columns[field]
    cell = row.cell(column)
    if field == "weight":
        return read_weight(layout, row, findings)
    if field == "priority":
        return read_priority(layout, row, findings)
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


def read_priority(layout: Layout, row: Row, findings: Findings) -> str | None:
    """The row's priority; None where the cell is blank."""
    column = layout.columns["priority"]
    cell = row.cell(column)
    if not cell:
        return None
    priority = PRIORITIES.get(header_key(cell))
    if priority is None:
        findings.refuse(
            layout.sheet,
            row.number,
            f"“{short(cell)}” is no priority. Write must, should or could.",
            column,
        )
        return None
    return priority.value


def is_heading(layout: Layout, row: Row) -> bool:
    """Whether one merged cell spans the row's ref and text."""
    return len(row.filled) == 1 and any(
        merge.is_wide
        and merge.top <= row.number <= merge.bottom
        and merge.left <= row.filled[0] <= merge.right
        for merge in layout.sheet.merges
    )


def refs_are_too_long(layout: Layout, findings: Findings) -> bool:
    """Whether texts stand where refs are needed, told once and not per row."""
    column = layout.columns["ref"]
    if column != layout.columns["text"]:
        return False
    long = [row for row in layout.body if len(row.cell(column)) > REF_LIMIT]
    if not long:
        return False
    findings.refuse(
        layout.sheet,
        long[0].number,
        f"The file has no column of refs, and “{short(long[0].cell(column))}” is too "
        "long to be one. Add a column “ref” with a short id in each row (R1, R2, …).",
        column,
    )
    findings.refused_rows.update((layout.sheet.name, row.number) for row in layout.body)
    return True


def tell_unread(layout: Layout, findings: Findings) -> None:
    """Name the columns that were left aside, so that nothing is lost unseen."""
    used = {*layout.columns.values(), layout.candidate, layout.component}
    left = [
        f"“{short(layout.header.cell(index), 30)}”"
        for index in layout.header.filled
        if index not in used
    ]
    if left:
        shown = ", ".join(left[:8])
        more = f" and {len(left) - 8} more" if len(left) > 8 else ""
        words = "Columns" if len(left) > 1 else "The column"
        verb = "were" if len(left) > 1 else "was"
        findings.remark(f"{words} {shown}{more} {verb} not read.")


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
