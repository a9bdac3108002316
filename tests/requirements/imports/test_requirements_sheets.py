"""Workbooks of several sheets, merged cells and formulas."""

from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from evaltracker.importing.plan import ImportPlan
from evaltracker.requirements.imports.lines import plan_requirements_import
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from tests.tabular.books import xlsx


def plan(
    rows: list[list[Any]], change: Callable[[Workbook], None] | None = None
) -> ImportPlan:
    content = xlsx(rows, title="Questions", change=change)
    return plan_requirements_import(read_table(content, "r.xlsx"))


def test_every_sheet_with_a_table_is_read_and_others_are_told() -> None:
    def change(book: Workbook) -> None:
        more = book.create_sheet("More")
        more.append(["ref", "text"])
        more.append(["R2", "Two"])
        book.create_sheet("Read me").append(["Dear vendor"])

    made = plan([["ref", "text"], ["R1", "One"]], change)
    assert [line.ref for line in made.new] == ["R1", "R2"]
    assert "Sheet “Read me” has no row of column names" in made.remarks[0]


def test_a_repeated_ref_on_another_sheet_names_that_sheet() -> None:
    def change(book: Workbook) -> None:
        more = book.create_sheet("More")
        more.append(["ref", "text"])
        more.append(["R1", "Two"])

    made = plan([["ref", "text"], ["R1", "One"]], change)
    assert str(made.problems[0]).startswith(
        "Sheet “More”, row 2: The ref “R1” stands in row 2 of sheet “Questions”"
    )


def test_a_formula_without_a_result_names_its_cell() -> None:
    def change(book: Workbook) -> None:
        book.active["B2"] = '=CONCAT("a","b")'

    made = plan([["ref", "text"], ["R1", "x"], ["R2", "y"]], change)
    assert str(made.problems[0]).startswith(
        "Sheet “Questions”, row 2, column B: The cell holds a formula without"
    )


def test_a_header_merged_over_columns_is_refused() -> None:
    def change(book: Workbook) -> None:
        book.active.merge_cells("B1:C1")

    with pytest.raises(Unreadable, match="row 1: the cells B1:C1 of the header row"):
        plan([["ref", "text", None], ["R1", "x", "y"]], change)


def test_a_header_over_two_rows_is_understood() -> None:
    def change(book: Workbook) -> None:
        book.active.merge_cells("A1:A2")
        book.active.merge_cells("B1:C1")

    made = plan(
        [
            ["ref", "What we need", None],
            [None, "text", "priority"],
            ["R1", "x", "must"],
        ],
        change,
    )
    assert made.new[0].values == {"text": "x", "priority": "must"}


def test_a_merged_heading_is_the_category_of_the_rows_below() -> None:
    def change(book: Workbook) -> None:
        book.active.merge_cells("A2:B2")

    made = plan([["ref", "text"], ["Security", None], ["R1", "x"]], change)
    assert [line.ref for line in made.new] == ["R1"]
    assert made.new[0].values["category"] == "Security"
    assert "1 row is a heading" in made.remarks[0]


def test_a_category_merged_downwards_counts_for_its_rows() -> None:
    def change(book: Workbook) -> None:
        book.active.merge_cells("A2:A3")

    made = plan(
        [["category", "ref", "text"], ["C", "R1", "x"], [None, "R2", "y"]], change
    )
    assert [line.values["category"] for line in made.new] == ["C", "C"]


def test_a_row_of_mere_formulas_is_not_taken_for_blank() -> None:
    def change(book: Workbook) -> None:
        book.active["A3"] = "=A2"
        book.active["B3"] = "=B2"

    made = plan([["ref", "text"], ["R1", "x"]], change)
    assert [problem.place for problem in made.problems] == [
        "Sheet “Questions”, row 3, column A",
        "Sheet “Questions”, row 3, column B",
    ]


def test_a_row_with_nothing_in_the_columns_that_are_read_is_skipped() -> None:
    made = plan([["ref", "text", "our remarks"], ["R1", "x"], [None, None, "later"]])
    assert [line.ref for line in made.new] == ["R1"]
    assert not made.problems
