"""Lists of anything: rows by a key, compared field by field with what stands."""

import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import xlsxwriter

from evaltracker.importing.plan import (
    Aside,
    Complaint,
    Findings,
    Header,
    Plan,
    likely_header,
    refuse_wide_merge,
    short,
    source_of,
)
from evaltracker.toolbox.tabular.cells import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
    find_header,
    header_key,
)
from evaltracker.toolbox.text import harmless

# Columns of a table that nobody reads, named so that nothing is lost unseen.


def unread_columns(
    sheet: Sheet, header: Row, body: Sequence[Row], used: Collection[int]
) -> list[str]:
    """One line for the columns that were not read, each with what it holds."""
    width = max((len(row.cells) for row in (header, *body)), default=0)
    left = []
    for index in range(width):
        cells = [row.cell(index) for row in body if row.cell(index)]
        if index in used or not cells:
            continue
        links = sum("http://" in cell or "https://" in cell for cell in cells)
        name = short(header.cell(index), 30)
        name = f"“{name}”" if name else f"column {column_letter(index)} without a name"
        word = "cell" if len(cells) == 1 else "cells"
        more = f", {links:,} links" if links > 1 else ", a link" if links else ""
        left.append(f"{name} ({len(cells):,} {word}{more})")
    if not left:
        return []
    shown = ", ".join(left[:8])
    more = f" and {len(left) - 8} more" if len(left) > 8 else ""
    where = f" on sheet “{sheet.name}”" if sheet.name else ""
    return [f"Not read{where}: {shown}{more}."]


WHY = "Why it stayed out"
NOTHING = "Nothing stays out."
BY_HAND = "You left it out."
WIDTH, WIDE = 18, 60
# No number format of a spreadsheet: it is the key of the names of columns.
BOLD = "bold"


def rest_of(
    plan: Plan[Any, Any], book: Workbook, headers: Mapping[str, Header]
) -> tuple[dict[str, Any], ...]:
    """By sheet the names of its columns, and each row that stays out with the reason.

    It is plain data: it is kept with the import.
    """
    parts = (part_of(sheet, plan, headers.get(sheet.name)) for sheet in book.visible)
    return tuple(part for part in parts if part)


def part_of(
    sheet: Sheet, plan: Plan[Any, Any], header: Header | None
) -> dict[str, Any]:
    why: dict[int, list[str]] = {}
    for one in plan.complaints:
        if one.sheet == sheet.name:
            why.setdefault(one.row, []).append(reason(sheet, one))
    left = plan.edits.left.get(sheet.name, ())
    for row in left:
        why.setdefault(row.number, []).append(BY_HAND)
    if not why:
        return {}
    first = header.row if header else first_row(sheet, plan, why) - 1
    above = [row for row in sheet.rows if row.number <= first]
    under = [row for row in (*sheet.rows, *left) if row.number in why]
    rows = [
        plain(sheet, row) | {"why": " ".join(why[row.number])}
        for row in sorted(under, key=lambda row: row.number)
        if row.number > first
    ]
    return {"above": [plain(sheet, row) for row in above], "rows": rows} if rows else {}


def first_row(sheet: Sheet, plan: Plan[Any, Any], why: Mapping[int, Any]) -> int:
    lines = [*plan.new, *plan.same, *(change.line for change in plan.changed)]
    rows: list[int] = [line.row for line in lines if line.sheet == sheet.name]
    return min([*why, *rows])


def reason(sheet: Sheet, one: Complaint) -> str:
    problem = sheet.problem(one.sentence, row=one.row, column=one.column)
    return str(replace(problem, sheet=""))


def plain(sheet: Sheet, row: Row) -> dict[str, Any]:
    """A row as it stands, with what its numbers look like: that tells currencies."""
    return {
        "cells": list(row.cells),
        "numbers": {
            str(column): sheet.formats.get((row.number, column), "")
            for column in sorted(row.numbers)
        },
    }


def rest_book(parts: Sequence[Mapping[str, Any]]) -> bytes:
    """The list as a workbook: texts harmless, numbers as they were."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    formats = {BOLD: book.add_format({"bold": True})}
    for row in (row for part in parts for row in (*part["above"], *part["rows"])):
        for style in row["numbers"].values():
            if style and style not in formats:
                formats[style] = book.add_format({"num_format": style})
    if not parts:
        book.add_worksheet().write_string(0, 0, NOTHING)
    for number, part in enumerate(parts, 1):
        sheet = book.add_worksheet(f"Stayed out {number}")
        rows = [*part["above"], *part["rows"]]
        wide = max((len(row["cells"]) for row in rows), default=0) or 1
        names = len(part["above"]) - 1
        sheet.set_column(0, wide - 1, WIDTH)
        sheet.set_column(wide, wide, WIDE)
        for place, row in enumerate(rows):
            write_row(sheet, place, row, formats)
            sheet.write_string(place, wide, harmless(row.get("why", "")))
        if names >= 0:
            sheet.set_row(names, None, formats[BOLD])
            sheet.write_string(names, wide, WHY, formats[BOLD])
            sheet.freeze_panes(names + 1, 0)
    book.close()
    return target.getvalue()


def write_row(
    sheet: Any, place: int, row: Mapping[str, Any], formats: Mapping[str, Any]
) -> None:
    for column, cell in enumerate(row["cells"]):
        style = row["numbers"].get(str(column))
        if style is None or not is_number(cell):
            sheet.write_string(place, column, harmless(cell))
        else:
            sheet.write_number(place, column, float(cell), formats.get(style))


def is_number(cell: str) -> bool:
    try:
        return cell.isascii() and math.isfinite(float(cell))
    except ValueError:
        return False


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
    is_called = key in FEET or (key.startswith(BEGINNINGS) and not row.cell(0))
    others = row.filled[1:] if is_called else []
    return bool(others) and all(is_figure(row.cell(column)) for column in others)


def is_figure(cell: str) -> bool:
    letters = sum(mark.isalpha() for mark in cell)
    return letters <= 3 and any(mark.isdigit() for mark in cell)


def first_key(row: Row) -> str:
    return header_key(next(filter(None, row.cells), ""))


def is_named_total(row: Row) -> bool:
    """Whether it is a thing called Total: words stand beside it, and no number."""
    first, *others = [row.cells[column] for column in row.filled]
    has_numbers = any(mark.isdigit() for cell in others for mark in cell)
    has_words = any(len(header_key(cell)) > 2 for cell in others)
    return header_key(first) == "total" and has_words and not has_numbers


def repeats(row: Row, header: Row) -> bool:
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
    keys = [(row, first_key(row)) for row in rows]
    totals = [row for row, key in keys if is_total(row, key)]
    again = [row for row in rows if repeats(row, header)]
    for rule, matches in (("total", totals), ("names again", again)):
        findings.aside += [
            Aside(rule, sheet.name, row.number, first_words(row)) for row in matches
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
    return " ".join(row.cells[row.filled[0]].split())[:40]


def numbered(rows: Sequence[Row]) -> str:
    """“1 row (4)”, “2 rows (4, 9)”."""
    if len(rows) == 1:
        return f"1 row ({rows[0].number})"
    shown = ", ".join(str(row.number) for row in rows[:SHOWN])
    return f"{len(rows):,} rows ({shown}{' …' if len(rows) > SHOWN else ''})"


type Key = tuple[str, ...]


class Refusal(Exception):
    """Why a row cannot come in, and in which column: a field's name or a place."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


@dataclass(frozen=True, slots=True)
class RowLine:
    key: Key
    values: Mapping[str, Any]
    sheet: str
    row: int

    @property
    def name(self) -> str:
        return " / ".join(part for part in self.key if part)


@dataclass(frozen=True, slots=True)
class RowChange:
    line: RowLine
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowsPlan(Plan[RowLine, RowChange]):
    """What a list would bring."""


@dataclass(frozen=True, slots=True)
class Table:
    sheet: Sheet
    header: Row
    columns: Mapping[str, int]

    @property
    def below(self) -> list[Row]:
        return self.sheet.below(self.header)

    def lines(self) -> Iterator[Row]:
        read, unknown = set(self.columns.values()), self.sheet.uncomputed
        for row in without_aside(self.below, self.header, read):
            if any(row.cell(at) or (row.number, at) in unknown for at in read):
                yield row

    @property
    def body(self) -> list[Row]:
        return list(self.lines())

    def cell(self, row: Row, field: str) -> str:
        return row.cell(self.columns[field]) if field in self.columns else ""


def find_table(
    sheet: Sheet,
    said: Header | None,
    columns_in: Callable[[Row], dict[str, int]],
    is_table: Callable[..., bool],
) -> Table | None:
    """The table of `sheet`, by what somebody said or by the usual names."""

    def points(row: Row) -> int:
        columns = columns_in(row)
        return len(columns) if is_table(columns) else 0

    if said is not None:
        header, columns = said.on(sheet), dict(said.columns)
        if not is_table(columns, said=True):
            return None
    else:
        hit = find_header(sheet, points)
        if hit is None:
            return None
        header, columns = hit, columns_in(hit)
    refuse_wide_merge(sheet, header, columns.values())
    return Table(sheet, header, columns)


def tables_in(
    book: Workbook,
    headers: Mapping[str, Header],
    columns_in: Callable[[Row], dict[str, int]],
    is_table: Callable[..., bool],
    findings: Findings,
) -> list[Table]:
    tables = []
    for sheet in book.visible:
        table = find_table(sheet, headers.get(sheet.name), columns_in, is_table)
        if table is not None:
            tables.append(table)
        elif sheet.name and not sheet.is_blank:
            findings.remark(
                f"Sheet “{sheet.name}” has no row of column names that are known here, "
                "so it was not read."
            )
    return tables


def no_table(book: Workbook, things: str, wanted: str) -> Unreadable:
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    # A cover has fewer names than what it covers.
    sheet = max(sheets, key=lambda it: len(likely_header(it).filled))
    first = likely_header(sheet)
    names = ", ".join(f"“{short(first.cell(column))}”" for column in first.filled[:6])
    more = f" and {len(first.filled) - 6} more" if len(first.filled) > 6 else ""
    return Unreadable(
        f"No {things} were found. Row {first.number} has: {names}{more}. Say which "
        f"column holds what, or rename the columns. {wanted}",
        sheet=sheet.name,
    )


def once_each(lines: Iterable[RowLine], book: Workbook, findings: Findings) -> None:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    first: dict[Key, RowLine] = {}
    for line in lines:
        former = first.setdefault(line.key, line)
        if former is not line:
            where = f" of sheet “{former.sheet}”" if former.sheet != line.sheet else ""
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"“{short(line.name)}” stands in row {former.row}{where} already. Keep "
                "one of the two.",
            )


def compared(
    book: Workbook,
    lines: Sequence[RowLine],
    known: Mapping[Key, Mapping[str, Any]],
    findings: Findings,
    *,
    skipped: int = 0,
) -> RowsPlan:
    once_each(lines, book, findings)
    lines = [row for row in lines if (row.sheet, row.row) not in findings.refused_rows]
    new, changed, same = [], [], []
    for line in lines:
        before = known.get(line.key)
        if before is None:
            new.append(line)
            continue
        after = {
            field: value
            for field, value in line.values.items()
            if before.get(field) != value
        }
        if after:
            old = {field: before.get(field) for field in after}
            changed.append(RowChange(line, old, after))
        else:
            same.append(line)
    if not (lines or findings.problems or skipped):
        findings.refuse(
            book.visible[0],
            1,
            "The table has a header and no rows under it. Fill it in and import it "
            "again.",
        )
    return RowsPlan(
        **source_of(book),
        new=tuple(new),
        changed=tuple(changed),
        same=tuple(same),
        refused=skipped + len(findings.refused_rows),
        **findings.told(),
    )


def moved_since(plan: RowsPlan, known: Mapping[Key, Mapping[str, Any]]) -> list[str]:
    added = [line.name for line in plan.new if line.key in known]
    return added + [
        change.line.name
        for change in plan.changed
        if any(
            known.get(change.line.key, {}).get(field) != value
            for field, value in change.before.items()
        )
    ]


def tell_unread(table: Table, findings: Findings) -> None:
    body, used = table.below, set(table.columns.values())
    findings.remarks += unread_columns(table.sheet, table.header, body, used)
    tell_aside(table.sheet, body, table.header, findings)
