"""Candidates that stand in the row of names of a matrix."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from evaltracker.importing.columns_aside import unread_columns
from evaltracker.importing.own_exports import CLAIMED, is_own
from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import likely_header
from evaltracker.importing.rows import Table
from evaltracker.importing.words import NAME_COLUMNS, SIDE_COLUMNS
from evaltracker.tabular import Row, Sheet, Workbook, columns_by_field, header_key
from vendors.imports.status_heads import headed, status_key
from vendors.imports.words import COLUMNS, STATUS_WORDS

LEAST, SHOWN = 2, 6
TAKE = "take"


def heads_of(book: Workbook, findings: Findings) -> list[Table]:
    """A table for each candidate in a row of names, if somebody says that they are.

    The row of names is the only row of such a table. Nothing if no sheet is a matrix.
    """
    found: list[Table] = []
    for sheet in book.visible:
        header, columns = named_across(sheet)
        if len(columns) >= LEAST and is_meant(sheet, header, columns, findings):
            body = sheet.below(header)
            findings.remarks += unread_columns(sheet, header, body, columns)
            findings.remark(
                "Names alone were read. The answers under them are an import of "
                "their own."
            )
            found += [Table(sheet, header, {"name": column}) for column in columns]
    return found


def is_meant(
    sheet: Sheet, header: Row, columns: Mapping[int, str], findings: Findings
) -> bool:
    """Whether somebody says that these are candidates; asks, and refuses till then."""
    names = list(columns.values())
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    shown = ", ".join(f"“{name}”" for name in names[:SHOWN])
    said = findings.ask(
        f"heads:{header_key(sheet.name)}",
        f"No column has names of candidates. Are these in the row of names the "
        f"candidates: {shown}{more}?",
        [(TAKE, "yes, take them from the row of names")],
    )
    if not said:
        sentence = (
            "No column has names of candidates. If they stand in the row of names, say "
            "so; else choose the column that has them."
        )
        findings.problems.append(sheet.problem(sentence, row=header.number))
    return bool(said)


def named_across(sheet: Sheet) -> tuple[Row, dict[int, str]]:
    """The row of names of a matrix, and by column whose answers stand in it."""
    rows = [row for row in sheet.rows if row.filled]
    header = likely_header(sheet) if rows else Row(1, ())
    if is_own(header):
        cells = tuple(cell.removesuffix(CLAIMED) for cell in header.cells)
        own = replace(header, cells=cells)
        found = [it for it in header.filled if header.cell(it).endswith(CLAIMED)]
        return own, {column: own.cell(column) for column in found}
    columns = {
        column: header.cell(column).strip("* ")
        for column in header.filled
        if column > 0 and header_key(header.cell(column)) not in SIDE_COLUMNS
    }
    if "status" in columns_by_field(header, COLUMNS):
        # Answers of one vendor, in a column of their own.
        return header, {}
    body = [row for row in rows if row.number > header.number]
    is_matrix = header_key(header.cell(0)) in NAME_COLUMNS or answers(body, columns)
    return header, columns if is_matrix and body else {}


def answers(rows: Collection[Row], columns: Collection[int]) -> bool:
    """Whether most of these cells are answers: yes, no, a tick."""
    cells = [row.cell(it) for row in rows for it in columns if row.cell(it)]
    said = [cell for cell in cells if status_key(cell) in STATUS_WORDS or headed(cell)]
    return len(said) * 2 > len(cells)
