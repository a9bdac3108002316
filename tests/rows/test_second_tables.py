"""Tables that nobody had in mind come in whole as well, and nothing else is asked."""

import io
from functools import cache
from typing import Any

import openpyxl
import pytest

from tests.rows.foreign import Person, differences
from tests.rows.second_tables import Table, separated, tables


@cache
def drawn() -> dict[str, Table]:
    return dict(tables(range(29, 32)))


def sheets() -> dict[str, Table]:
    return {
        name: table for name, table in drawn().items() if table.name.endswith(".xlsx")
    }


def check(name: str, content: bytes, table: Table) -> None:
    """All of it comes, or what is left is asked."""
    plan = Person(name, table.expected, content=content).ends()
    assert plan.open or differences(name, plan, table.expected) == []


def test_a_table_of_a_stranger_comes_in_as_it_is_meant(
    subtests: pytest.Subtests,
) -> None:
    assert len(drawn()) > 20
    for name, table in drawn().items():
        with subtests.test(name):
            plan = Person(table.name, table.expected, content=table.content).ends()
            assert [(line.key, line.title) for line in plan.open] == []
            assert differences(table.name, plan, table.expected) == []


def noted(content: bytes) -> bytes:
    """The workbook with a note on every row."""
    made, book = io.BytesIO(), openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        rows = list(sheet.iter_rows(values_only=True))
        for number, row in enumerate(rows, start=1):
            sheet.cell(number, len(row) + 1, f"seen {number}")
    book.save(made)
    return made.getvalue()


def test_a_note_on_every_row_changes_nothing_unasked(subtests: pytest.Subtests) -> None:
    assert sheets()
    for name, table in sheets().items():
        with subtests.test(name):
            check(table.name, noted(table.content), table)


def saved_as_text(content: bytes) -> bytes:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows: list[list[Any]] = [[*row] for row in sheet.iter_rows(values_only=True)]
    return separated(rows, ",")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_note_on_every_row_changes_nothing_unasked",
)
def test_a_sheet_saved_as_text_says_the_same(subtests: pytest.Subtests) -> None:
    assert sheets()
    for name, table in sheets().items():
        with subtests.test(name):
            check("saved.csv", saved_as_text(table.content), table)
