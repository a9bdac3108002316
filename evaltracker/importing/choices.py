"""A choice that is crossed in one of several columns, as one column of words."""

from collections.abc import Collection
from dataclasses import replace

from evaltracker.toolbox.tabular import Row, Sheet, Workbook, header_key
from evaltracker.toolbox.tabular.cells import SEARCHED_ROWS

MARKS = frozenset("xX✓✔☑✅●•")
LEAST = 2


def in_one_column(book: Workbook, words: Collection[str], name: str) -> Workbook:
    """The book, with columns called by `words` that hold marks alone as one `name`."""
    sheets = tuple(with_choices(sheet, words, name) for sheet in book.sheets)
    return replace(book, sheets=sheets)


def with_choices(sheet: Sheet, words: Collection[str], name: str) -> Sheet:
    """The sheet, its choices in the first of their columns; as it is if it has none."""
    for header in sheet.rows[:SEARCHED_ROWS]:
        columns = [it for it in header.filled if header_key(header.cell(it)) in words]
        if len(columns) < LEAST:
            continue
        below = sheet.below(header)
        cells = [row.cell(at) for row in below for at in columns if row.cell(at)]
        if cells and MARKS.issuperset(cells):
            names = [header.cell(at) for at in columns]
            head = put(header, columns, f"{name} ({', '.join(names)})")
            rows = {header.number: head} | {
                row.number: put(row, columns, chosen(row, columns, names))
                for row in below
            }
            return replace(
                sheet, rows=tuple(rows.get(row.number, row) for row in sheet.rows)
            )
    return sheet


def chosen(row: Row, columns: list[int], names: list[str]) -> str:
    """The names above the marks of a row; more than one are no word that is known."""
    return " and ".join(
        name for at, name in zip(columns, names, strict=True) if row.cell(at)
    )


def put(row: Row, columns: list[int], text: str) -> Row:
    """The row with `text` in the first of these columns, and nothing in the others."""
    cells = list(row.cells) + [""] * (columns[0] + 1 - len(row.cells))
    for at in columns:
        if at < len(cells):
            cells[at] = ""
    cells[columns[0]] = text
    return replace(row, cells=tuple(cells))
