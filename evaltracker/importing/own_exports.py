"""A matrix as it is saved here, coming back: known by the names of its columns."""

from dataclasses import replace

from evaltracker.kit.formula_guard import meant
from evaltracker.tabular import Row, Sheet, Workbook

CLAIMED, DERIVED = ": claimed", (": shown", ": tested", ": standing")


def is_own(row: Row) -> bool:
    """Whether these are the names above the columns of a saved matrix."""
    names = [name for name in row.cells if name.endswith(CLAIMED)]
    return bool(names) and all(
        name.removesuffix(CLAIMED) + part in row.cells
        for name in names
        for part in DERIVED
    )


def is_saved_matrix(sheet: Sheet) -> bool:
    """Whether the sheet is such a matrix."""
    return bool(sheet.rows) and is_own(sheet.rows[0])


def without_escapes(book: Workbook) -> Workbook:
    """The book, in matrices saved here without the marks that keep formulas apart."""
    return replace(book, sheets=tuple(_plain(sheet) for sheet in book.sheets))


def _plain(sheet: Sheet) -> Sheet:
    if not is_saved_matrix(sheet):
        return sheet
    return replace(
        sheet,
        rows=tuple(
            replace(row, cells=tuple(meant(cell) for cell in row.cells))
            for row in sheet.rows
        ),
    )
