"""Rows of a table that are none of its lines: totals, and the names once more."""

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from evaltracker.importing.plan import Aside, Findings
from evaltracker.tabular import Row, Sheet, header_key

TOTALS = frozenset(
    {
        *("total", "totals", "subtotal", "grandtotal", "overalltotal", "sum"),
        *("summe", "gesamt", "gesamtsumme", "zwischensumme", "somme", "totale"),
        # Under a matrix as it is saved here.
        *("fitofallscoredrequirementsin", "answeredshowntested"),
    }
)
# Below a matrix of points, where nothing but numbers stands beside them.
FEET = frozenset(
    {
        *("fit", "score", "scores", "rank", "ranking", "average", "weightedscore"),
        *("weightedtotal", "weightedaverage", "totalscore", "overallscore"),
        *("totalbid", "totalbasebid", "totalpoints", "summenetto", "summebrutto"),
        *("gesamtpunktzahl", "gesamtpunkte"),
    }
)
BEGINNINGS = ("total", "subtotal", "grandtotal", "summe", "gesamtsumme")
SHOWN = 5


def is_total(row: Row, key: str | None = None) -> bool:
    """Whether the row adds others up: the first thing in it, or its `key`, says so."""
    key = first_key(row) if key is None else key
    is_sum = not is_named_total(row) if key in TOTALS else is_foot(row, key)
    return is_sum and not row.is_kept


def is_foot(row: Row, key: str) -> bool:
    """Whether numbers alone stand beside a word for points or, without ref, a sum."""
    is_called = key in FEET or (key.startswith(BEGINNINGS) and not row.cell(0))
    others = row.filled[1:] if is_called else []
    return bool(others) and all(is_figure(row.cell(it)) for it in others)


def is_figure(cell: str) -> bool:
    """Whether a cell is a number, be it with a sign or a currency."""
    letters = sum(mark.isalpha() for mark in cell)
    return letters <= 3 and any(mark.isdigit() for mark in cell)


def first_key(row: Row) -> str:
    """The first thing in a row, as words are compared."""
    return header_key(next(filter(None, row.cells), ""))


def is_named_total(row: Row) -> bool:
    """Whether it is a thing called Total: words stand beside it, and no number."""
    first, *others = [row.cells[it] for it in row.filled]
    has_numbers = any(mark.isdigit() for cell in others for mark in cell)
    has_words = any(len(header_key(cell)) > 2 for cell in others)
    return header_key(first) == "total" and has_words and not has_numbers


def repeats(row: Row, header: Row) -> bool:
    """Whether the row has the names of the columns again."""
    if any(
        cell and cell != name
        for cell, name in zip_longest(row.cells, header.cells, fillvalue="")
    ):
        return False
    return len(row.filled) > 1 and not row.is_kept


def without_aside(
    rows: Sequence[Row], header: Row, columns: Collection[int]
) -> Iterator[Row]:
    """The rows that are lines of the table; `columns` are those that are read."""
    for row in rows:
        is_again = repeats(row, header) and any(map(row.cell, columns))
        if not (is_total(row) or is_again):
            yield row


def tell_aside(
    sheet: Sheet, rows: Sequence[Row], header: Row, findings: Findings
) -> None:
    """Name the rows that were left out because they are none of its lines."""
    keys = [(row, first_key(row)) for row in rows]
    totals = [row for row, key in keys if is_total(row, key)]
    again = [row for row in rows if repeats(row, header)]
    for rule, found in (("total", totals), ("names again", again)):
        findings.aside += [
            Aside(rule, sheet.name, row.number, first_words(row)) for row in found
        ]
    where = f" of sheet “{sheet.name}”" if sheet.name else ""
    named = [row for row, key in keys if key in TOTALS and not is_total(row, key)]
    if named:
        findings.remark(
            f"Read like the others, though “Total” stands first: {numbered(named)}"
            f"{where}."
        )
    if totals:
        findings.remark(f"Left out as totals: {numbered(totals)}{where}.")
    if again:
        findings.remark(
            f"Left out, because the names of the columns stand there again: "
            f"{numbered(again)}{where}."
        )


def first_words(row: Row) -> str:
    """What stands first in a row, on one line."""
    return " ".join(row.cells[row.filled[0]].split())[:40]


def numbered(rows: Sequence[Row]) -> str:
    """“1 row (4)”, “2 rows (4, 9)”."""
    if len(rows) == 1:
        return f"1 row ({rows[0].number})"
    shown = ", ".join(str(row.number) for row in rows[:SHOWN])
    return f"{len(rows):,} rows ({shown}{' …' if len(rows) > SHOWN else ''})"
