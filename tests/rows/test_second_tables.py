"""Tables that nobody had in mind come in whole as well, and nothing else is asked."""

import io
from typing import Any

import openpyxl
import pytest

from tests.rows.foreign import Person, differences
from tests.rows.second_tables import Table, separated, tables

TABLES = dict(tables(range(29, 32)))
SHEETS = [name for name in TABLES if TABLES[name].name.endswith(".xlsx")]


def check(name: str, content: bytes, table: Table) -> None:
    """All of it comes, or what is left is asked."""
    plan = Person(name, table.expected, content=content).ends()
    assert plan.open or differences(name, plan, table.expected) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_stranger_comes_in_as_it_is_meant(name: str) -> None:
    table = TABLES[name]
    plan = Person(table.name, table.expected, content=table.content).ends()
    assert [(line.key, line.title) for line in plan.open] == []
    assert differences(table.name, plan, table.expected) == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_note_on_every_row_changes_nothing_unasked(name: str) -> None:
    table, made = TABLES[name], io.BytesIO()
    book = openpyxl.load_workbook(io.BytesIO(table.content))
    for sheet in book:
        rows = list(sheet.iter_rows(values_only=True))
        for number, row in enumerate(rows, start=1):
            sheet.cell(number, len(row) + 1, f"seen {number}")
    book.save(made)
    check(table.name, made.getvalue(), table)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_saved_as_text_says_the_same(name: str) -> None:
    table = TABLES[name]
    sheet = openpyxl.load_workbook(io.BytesIO(table.content)).worksheets[0]
    rows: list[list[Any]] = [[*row] for row in sheet.iter_rows(values_only=True)]
    check("saved.csv", separated(rows, ","), table)
