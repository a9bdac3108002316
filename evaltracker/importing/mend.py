"""What of a file can be put right in its preview: cells, and rows in or out.

It is plain, so that it can be kept with the preview of a large file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Aside, Plan
from evaltracker.tabular import ImportProblem, Row, Sheet, Workbook, column_letter

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
