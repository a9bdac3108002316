"""How a person wants a file to be read, where its own words do not tell."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from evaltracker.tabular import Row, Sheet, Unreadable, Workbook, header_key
from evaltracker.tabular.headers import SEARCHED_ROWS


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: its row, and by field the column that holds it."""

    row: int
    columns: Mapping[str, int]

    def on(self, sheet: Sheet) -> Row:
        """The row itself.

        Raises:
            Unreadable: the sheet has nothing in that row.

        """
        for row in sheet.rows:
            if row.number == self.row:
                return row
        raise Unreadable(
            "this row is blank, so it cannot be the row of column names. Choose "
            "another one.",
            sheet=sheet.name,
            row=self.row,
        )


# Where nobody named any: each sheet's own words tell.
NO_HEADERS: Mapping[str, Header] = MappingProxyType({})
NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said about a file: headers by sheet, layout, and more by kind."""

    headers: Mapping[str, Header] = NO_HEADERS
    layout: str = ""
    skip_unknown: bool = False
    more: Mapping[str, str] = field(default_factory=dict)
    # Answers to the questions that a file leaves open, by their keys.
    answers: Mapping[str, str] = field(default_factory=dict)


def signature(header: Row) -> str:
    """What tells one header from another: its names in their places."""
    names = [f"{index}:{header_key(header.cell(index))}" for index in header.filled]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def recalled(
    book: Workbook, memory: Mapping[str, Mapping[str, int]]
) -> dict[str, Header]:
    """By sheet, the header that was met before, with what it was said to hold."""
    found = {}
    for sheet in book.visible if memory else ():
        for row in sheet.rows[:SEARCHED_ROWS]:
            columns = memory.get(signature(row)) if len(row.filled) > 1 else None
            if columns is not None:
                found[sheet.name] = Header(row.number, columns)
                break
    return found


def only(book: Workbook, name: str) -> Workbook:
    """The workbook with one of its visible sheets; all of it if there is no such."""
    sheets = tuple(sheet for sheet in book.visible if sheet.name == name)
    return replace(book, sheets=sheets) if sheets else book


def likely_header(sheet: Sheet) -> Row:
    """The row that looks most like a header where no name in it is known."""
    rows = sheet.rows[:SEARCHED_ROWS]
    return max(rows, key=lambda row: min(len(row.filled), 2))


def columns_from(said: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, int]:
    """Columns by field, from what a form or a row in the database says."""
    return {
        name: int(said[name])
        for name in fields
        if isinstance(said.get(name), int | str) and str(said[name]).isdigit()
    }
