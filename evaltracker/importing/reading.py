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


def names_of(header: Row, columns: Mapping[str, int]) -> dict[str, str]:
    """By field, what its column is called; nothing if the names tell too little."""
    keys = [header_key(cell) for cell in header.cells]
    names = {it: keys[at] for it, at in columns.items() if at < len(keys)}
    is_clear = all(name and keys.count(name) == 1 for name in names.values())
    return names if is_clear and len(names) == len(columns) > 1 else {}


def signature_of_names(names: Mapping[str, str]) -> str:
    """What tells columns of these names from others, wherever they stand."""
    return hashlib.sha256(
        "\n".join(["names", *sorted(names.values())]).encode()
    ).hexdigest()


def recalled(
    book: Workbook, memory: Mapping[str, Mapping[str, Any]]
) -> dict[str, Header]:
    """By sheet, the header that was met before, with what it was said to hold.

    It is known by its names in their places, or else by the names that mattered: the
    most of them, and of as many those said last.
    """
    named = [
        it for it in memory.values() if it and isinstance(next(iter(it.values())), str)
    ]
    named = sorted(named, key=len)
    found: dict[str, Header] = {}
    for sheet in book.visible if memory else ():
        rows = [row for row in sheet.rows[:SEARCHED_ROWS] if len(row.filled) > 1]
        hits = [(row, memory.get(signature(row))) for row in rows]
        hits += [(row, placed(row, it)) for it in reversed(named) for row in rows]
        for row, columns in hits:
            if columns is not None:
                found[sheet.name] = Header(row.number, columns)
                break
    return found


def placed(row: Row, names: Mapping[str, str]) -> dict[str, int] | None:
    """By field, where the column of its name stands; None unless each stands once."""
    keys = [header_key(cell) for cell in row.cells]
    if any(keys.count(name) != 1 for name in names.values()):
        return None
    return {field: keys.index(name) for field, name in names.items()}


def only(book: Workbook, name: str) -> Workbook:
    """The workbook with one of its visible sheets; all of it if there is no such."""
    sheets = tuple(it for it in book.visible if name and it.name == name)
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
