"""Workbooks of an import: one to fill in, and the rows that stayed out."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from evaltracker.importing.kinds import ImportKind
from evaltracker.rows.subjects import Context
from evaltracker.toolbox.text import harmless

# The example stands above the names: what is above a row of names is never read.
EXAMPLE = 1
NAMES = 2
FIRST = 3
LAST = 2_000
MOST_LISTED = 255  # characters, by the format
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def rest_book(parts: Sequence[Mapping[str, Any]]) -> bytes:
    """A sheet for each part: its names, and its rows with the reason behind."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    bold = book.add_format({"bold": True})
    for number, part in enumerate(parts or [{}], 1):
        sheet = book.add_worksheet(f"Stayed out {number}")
        # Imports of before kept all that stood above, the names last.
        above = part.get("above") or [{"cells": part.get("names", ())}]
        rows = [*above, *part.get("rows", ())]
        wide = max(len(row["cells"]) for row in rows)
        sheet.set_column(0, wide, 24)
        for at, row in enumerate(rows):
            for column, cell in enumerate((*row["cells"], *[""] * wide)[:wide]):
                sheet.write_string(at, column, harmless(cell))
            sheet.write_string(at, wide, harmless(row.get("why", "")))
        if parts:
            why = "Why it stayed out"
        else:
            why = "Nothing stayed out."
        sheet.write_string(len(above) - 1, wide, why, bold)
    book.close()
    return target.getvalue()


def empty_sheet(kind: ImportKind, context: Context) -> bytes:
    """A workbook whose sheet can be filled in and imported as it is."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    bold = book.add_format({"bold": True})
    soft = book.add_format({"italic": True})
    # Everything is text, so that 1.10 stays 1.10.
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(kind.things.capitalize())
    note = f"Fill in below row {NAMES + 1}. Row {EXAMPLE + 1} is an example."
    sheet.write_string(0, 0, f"{note} {kind.needs}", soft)
    roles = [role for role in kind.roles if role.heads]
    for place, role in enumerate(roles):
        width = min(max(len(role.heads[0]), len(role.example)) + 4, 40)
        sheet.set_column(place, place, width, text)
        sheet.write_string(EXAMPLE, place, harmless(role.example), soft)
        sheet.write_string(NAMES, place, role.heads[0], bold)
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": role.label[:32],
            "input_message": role.help[:255],
            "error_type": "information",
        }
        labels = [label for _, label in context.options.get(role.name, ())]
        listed = ",".join(labels)
        if labels and len(listed) <= MOST_LISTED and listed.count(",") < len(labels):
            rule |= {"validate": "list", "source": labels}
        sheet.data_validation(FIRST, place, LAST, place, rule)
    sheet.freeze_panes(FIRST, 1)
    book.close()
    return target.getvalue()
