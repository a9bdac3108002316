"""A matrix or memo as it is saved here, coming back: known by its names."""

from dataclasses import replace

from evaltracker.kit.formula_guard import meant
from evaltracker.tabular import Row, Sheet, Unreadable, Workbook

CLAIMED, DERIVED = ": claimed", (": shown", ": tested", ": standing")
# Where a number was claimed or measured anywhere.
NUMBERS = ": numbers"
MEMO_SHEETS = frozenset({"Decision", "Comparison", "Standings"})
MEMO_TITLE = "Decision memo: "


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


def refuse_memo(book: Workbook, sentence: str) -> None:
    """Refuse a decision memo: what it holds was worked out, and nobody said it."""
    names = {sheet.name for sheet in book.sheets}
    if names >= MEMO_SHEETS or any(name.startswith(MEMO_TITLE) for name in names):
        raise Unreadable(f"This is a decision memo. {sentence}")


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
