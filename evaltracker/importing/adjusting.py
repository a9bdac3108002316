"""A file as somebody put it right in the preview: pure, and the file stays as it is.

A draft keeps what was said under four names: `typed` (sheet, row, column and the new
text), `out` and `kept` (rows by sheet), and `joined` (by sheet, the lower of two rows
of names).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaltracker.importing.rows_aside import numbered
from evaltracker.tabular import Row, Sheet, Workbook, column_letter
from evaltracker.tabular.shapes import Edits

PLACES_SHOWN = 10


def adjusted(book: Workbook, said: Mapping[str, Any]) -> Workbook:
    """The workbook with what somebody typed anew, left out, kept in and joined."""
    if not any(said.get(name) for name in ("typed", "out", "kept", "joined")):
        return book
    sheets, left, places, told = [], {}, [], []
    for sheet in book.sheets:
        typed = {
            (row, column): text
            for name, row, column, text in said.get("typed", ())
            if name == sheet.name
        }
        sheet = with_cells(sheet, typed)
        sheet = with_names_joined(sheet, said.get("joined", {}).get(sheet.name))
        out = set(said.get("out", {}).get(sheet.name, ()))
        kept = set(said.get("kept", {}).get(sheet.name, ()))
        gone = tuple(row for row in sheet.rows if row.number in out)
        where = f" of sheet “{sheet.name}”" if sheet.name else ""
        if gone:
            left[sheet.name] = gone
            told.append(f"Left out, as you said: {numbered(gone)}{where}.")
        places += [place_of(sheet, *place) for place in sorted(typed)]
        rows = [
            replace(row, is_kept=True) if row.number in kept else row
            for row in sheet.rows
            if row.number not in out
        ]
        sheets.append(replace(sheet, rows=tuple(rows)))
    if places:
        shown = ", ".join(places[:PLACES_SHOWN])
        more = " …" if len(places) > PLACES_SHOWN else ""
        told.append(f"Typed anew here, and not as in the file: {shown}{more}.")
    return replace(
        book,
        sheets=tuple(sheets),
        remarks=(*book.remarks, *told),
        edits=Edits(tuple(places), left),
    )


def place_of(sheet: Sheet, row: int, column: int) -> str:
    """A cell as spreadsheets name it."""
    address = f"{column_letter(column)}{row}"
    return f"{sheet.name}!{address}" if sheet.name else address


def with_cells(sheet: Sheet, typed: Mapping[tuple[int, int], str]) -> Sheet:
    """The sheet with other texts in some cells; what their formats said is gone."""
    if not typed:
        return sheet
    by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in typed.items():
        by_row.setdefault(number, {})[column] = text
    rows = [
        with_texts(row, by_row[row.number]) if row.number in by_row else row
        for row in sheet.rows
    ]
    return replace(
        sheet,
        rows=tuple(rows),
        uncomputed=sheet.uncomputed - typed.keys(),
        formats={it: said for it, said in sheet.formats.items() if it not in typed},
    )


def with_texts(row: Row, typed: Mapping[int, str]) -> Row:
    """A row with the texts that were typed into it."""
    cells = [*row.cells, *("" for _ in range(max(typed) + 1 - len(row.cells)))]
    for column, text in typed.items():
        cells[column] = text
    return replace(
        row,
        cells=tuple(cells),
        numbers=row.numbers - typed.keys(),
        days=row.days - typed.keys(),
    )


def with_names_joined(sheet: Sheet, number: int | None) -> Sheet:
    """The sheet whose row of names has the names above them, too."""
    rows = list(sheet.rows)
    place = next((it for it, row in enumerate(rows) if row.number == number), 0)
    if place == 0:
        return sheet
    rows[place] = joined(sheet, rows[place - 1], rows[place])
    return replace(sheet, rows=tuple(rows))


def joined(sheet: Sheet, above: Row, below: Row) -> Row:
    """Two rows of names as one: “Price” over “Year 1” is “Price Year 1”."""
    spread = sheet.merged_across()
    cells = []
    for column in range(max(len(above.cells), len(below.cells))):
        over = above.cell(column) or spread.get((above.number, column), "")
        names = dict.fromkeys(name for name in (over, below.cell(column)) if name)
        cells.append(" ".join(names))
    return replace(below, cells=tuple(cells))
