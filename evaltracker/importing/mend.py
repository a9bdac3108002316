"""What of a file can be put right in its preview: cells, and rows in or out.

It is plain, so that it can be kept with the preview of a large file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from evaltracker.importing.plan import Aside, Plan, short
from evaltracker.importing.rows import numbered
from evaltracker.toolbox.tabular import (
    ImportProblem,
    Row,
    Sheet,
    Workbook,
    column_letter,
)
from evaltracker.toolbox.tabular.cells import Edits

# A file as somebody put it right in the preview: pure, and the file stays as it is.
#
# A draft keeps what was said under four names: `typed` (sheet, row, column and the new
# text), `out` and `kept` (rows by sheet), and `joined` (by sheet, the lower of two rows
# of names).

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


SHOWN = 20
MOST_SHOWN_TYPED = 100
RULES = {
    "total": "totals",
    "names again": "the names of the columns once more",
    "heading": "headings: the categories of the rows under them",
}
type Rows = Mapping[tuple[str, int], Row]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot come in: why, and the cell in which that lies."""

    place: str
    key: str
    row: str
    words: str
    sentence: str
    # The first complaint of a row has its tick, the first about a cell its field.
    is_first: bool
    cell: tuple[str, int, int] | None = None
    # What stands in the cell by now, and what the file has there.
    text: str = ""
    stood: str = ""
    label: str = ""

    @property
    def cell_key(self) -> str:
        """The cell as the form names it."""
        if self.cell is None:
            return ""
        sheet, row, column = self.cell
        return f"{row}:{column}:{sheet}"


@dataclass(frozen=True, slots=True)
class OutRow:
    """A row that stays out, or that would without a person's word."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class OutRule:
    """Rows that stay out by a rule: how many, and the first of them."""

    name: str
    count: int
    rows: Sequence[OutRow]


@dataclass(frozen=True, slots=True)
class Mend:
    """What a preview offers to put right."""

    wrong: Sequence[Wrong] = ()
    # Cells that were typed anew and are not among the wrong ones any more.
    typed: Sequence[Wrong] = ()
    more: int = 0
    out: Sequence[OutRow] = ()
    aside: Sequence[OutRule] = ()
    kept: Sequence[OutRow] = ()
    # How many blank rows stand between the others on the sheet that is shown.
    blanks: int = 0


def mend_of(
    whole: Workbook,
    read: Workbook,
    shown: Sheet,
    plan: Plan[Any, Any] | None,
    typed: Sequence[Sequence[Any]],
) -> Mend:
    """What there is to put right: `whole` is the file, `read` is as it is read.

    `typed` are the cells that were typed anew, as a draft keeps them.
    """
    complaints = plan.complaints if plan else ()
    numbers = [row.number for row in shown.rows]
    file_rows = by_place(whole)
    rows = file_rows if read is whole else by_place(read)
    wrong = list(wrong_rows(plan, rows, file_rows)) if plan else []
    cells = {it.cell for it in wrong}
    return Mend(
        wrong=wrong,
        typed=[
            typed_cell(file_rows, (sheet, row, column), text)
            for sheet, row, column, text in typed[:MOST_SHOWN_TYPED]
            if (sheet, row, column) not in cells and (sheet, row) in file_rows
        ],
        more=max(0, len(complaints) - SHOWN),
        out=[
            out_row(sheet, row.number, words_of(row))
            for sheet, left in read.edits.left.items()
            for row in left
        ],
        aside=rules_of(plan) if plan else (),
        kept=[
            out_row(sheet, number, words_of(row))
            for (sheet, number), row in rows.items()
            if row.is_kept
        ],
        blanks=numbers[-1] - numbers[0] + 1 - len(numbers),
    )


def by_place(book: Workbook) -> Rows:
    """The rows of a workbook by sheet and number."""
    return {(it.name, row.number): row for it in book.visible for row in it.rows}


def wrong_rows(plan: Plan[Any, Any], rows: Rows, file_rows: Rows) -> Iterator[Wrong]:
    """The first complaints about rows, each with its cell."""
    seen: set[Any] = set()
    for one in plan.complaints[:SHOWN]:
        at, column = (one.sheet, one.row), one.column
        blank = Row(one.row, ())
        row = rows.get(at, blank)
        letter = "" if column is None else column_letter(column)
        name = ImportProblem("", one.sheet, one.row).place
        wrong = Wrong(
            place=ImportProblem("", one.sheet, one.row, letter).place,
            key=key_of(*at),
            row=name,
            words=words_of(row),
            sentence=one.sentence,
            is_first=at not in seen,
        )
        if column is None or (at, column) in seen or at not in file_rows:
            yield wrong
        else:
            yield replace(
                wrong,
                cell=(*at, column),
                text=row.cell(column),
                stood=file_rows[at].cell(column),
                label=f"{name}, column {letter}, typed anew",
            )
        seen |= {at, (at, column)}


def typed_cell(file_rows: Rows, cell: tuple[str, int, int], text: str) -> Wrong:
    """A cell that was typed anew, and what the file has there."""
    sheet, number, column = cell
    row = file_rows[sheet, number]
    stood, letter = row.cell(column), column_letter(column)
    name = ImportProblem("", sheet, number).place
    return Wrong(
        place=ImportProblem("", sheet, number, letter).place,
        key=key_of(sheet, number),
        row=name,
        words=words_of(row),
        sentence=f"The file has “{short(stood)}” here." if stood else "It was blank.",
        is_first=False,
        cell=cell,
        text=text,
        stood=stood,
        label=f"{name}, column {letter}, typed anew",
    )


def rules_of(plan: Plan[Any, Any]) -> list[OutRule]:
    """By rule, how many rows it keeps out, and the first of them."""

    def rule(one: Aside) -> str:
        return one.rule

    parts = groupby(sorted(plan.aside, key=rule), key=rule)
    found = [(RULES[name], list(ones)) for name, ones in parts]
    return [
        OutRule(
            name,
            len(ones),
            [out_row(it.sheet, it.row, it.words) for it in ones[:SHOWN]],
        )
        for name, ones in found
    ]


def mend_from(kept: Mapping[str, Any]) -> Mend:
    """What was kept of it."""
    rules = [
        OutRule(**{**it, "rows": [OutRow(**row) for row in it["rows"]]})
        for it in kept["aside"]
    ]
    cells = {
        name: [
            Wrong(**{**it, "cell": tuple(it["cell"]) if it["cell"] else None})
            for it in kept[name]
        ]
        for name in ("wrong", "typed")
    }
    lists = {name: [OutRow(**it) for it in kept[name]] for name in ("out", "kept")}
    return Mend(**{**kept, **lists, **cells, "aside": rules})


def key_of(sheet: str, row: int) -> str:
    """A row as the forms name it."""
    return f"{row}:{sheet}"


def out_row(sheet: str, row: int, words: str) -> OutRow:
    """A row with its number and its first words."""
    place = ImportProblem("", sheet, row).place
    return OutRow(key_of(sheet, row), f"{place}: “{words}”" if words else place)


def words_of(row: Row) -> str:
    """The first words of a row."""
    return short(" · ".join(row.cells[it] for it in row.filled[:3]), 60)


def with_rows(lines: Sequence[Any], shown: Sequence[Any]) -> list[Any]:
    """What is shown of each line, with the key of its row and the row's name."""
    return [
        (key_of(it.sheet, it.row), ImportProblem("", it.sheet, it.row).place, cells)
        for it, cells in zip(lines, shown, strict=True)
    ]
