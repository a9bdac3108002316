"""What stays out of an import, as a sheet to put right and hand in again."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import xlsxwriter

from evaltracker.importing.plan import Complaint, Plan
from evaltracker.importing.reading import Header
from evaltracker.kit.formula_guard import harmless
from evaltracker.tabular import Row, Sheet, Workbook

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
    """What stays out of one sheet; nothing if all of it comes in."""
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
    """The first row of a sheet that is a line of its table, come in or not."""
    lines = [*plan.new, *plan.same, *(change.line for change in plan.changed)]
    rows: list[int] = [line.row for line in lines if line.sheet == sheet.name]
    return min([*why, *rows])


def reason(sheet: Sheet, one: Complaint) -> str:
    """The sentence with its row and column."""
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
        for said in row["numbers"].values():
            if said and said not in formats:
                formats[said] = book.add_format({"num_format": said})
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
    """The cells of one row; a number stays one, in its format."""
    for column, cell in enumerate(row["cells"]):
        said = row["numbers"].get(str(column))
        if said is None or not is_number(cell):
            sheet.write_string(place, column, harmless(cell))
        else:
            sheet.write_number(place, column, float(cell), formats.get(said))


def is_number(cell: str) -> bool:
    """Whether the text of a cell that held a number is one."""
    try:
        return cell.isascii() and math.isfinite(float(cell))
    except ValueError:
        return False
