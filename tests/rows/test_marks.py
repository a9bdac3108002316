"""What a workbook says beside its values is told, and counts where it must."""

import datetime
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from evaltracker.rows.guards import Unreadable
from evaltracker.rows.marks import MOST_TAGS, Merge
from evaltracker.rows.sources import Sheet, read_table
from tests.rows.books import xlsx

YELLOW = PatternFill("solid", fgColor="FFFF00")
ROWS: list[list[Any]] = [["ref", "text", "weight"], ["R1", "One", 5], ["R2", "Two", 4]]


def read(change: Any, rows: list[list[Any]] = ROWS) -> Sheet:
    def in_sheet(book: Workbook) -> None:
        change(book.active)

    return read_table(xlsx(rows, change=in_sheet), "r.xlsx").sheets[0]


def test_comments_colours_and_struck_cells_are_counted() -> None:
    def change(sheet: Any) -> None:
        sheet["B2"].comment = Comment("Really?", "Ada")
        sheet["A1"].fill = sheet["B3"].fill = YELLOW
        sheet["B3"].font = Font(strike=True)

    assert read(change).remarks == (
        "Comments on cells are not read: 1.",
        "Colours are not read: 1 cells have one.",
        "Read although it is struck through: 1 cells. Delete what no longer counts.",
    )


def test_hidden_rows_and_columns_are_read_and_named() -> None:
    def change(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[90].hidden = True
        sheet.column_dimensions["C"].hidden = True

    sheet = read(change)
    assert [row.cell(0) for row in sheet.rows] == ["ref", "R1", "R2"]
    assert sheet.remarks == (
        "Read although hidden: 2 rows (2, 3).",
        "Read although hidden: column C.",
    )


def test_formats_tell_shares_money_and_days() -> None:
    def change(sheet: Any) -> None:
        sheet["C2"].number_format = "0%"
        sheet["C2"], sheet["C3"] = 0.05, 12.5
        sheet["C3"].number_format = "[$CHF] #,##0.00"
        sheet["D3"] = datetime.datetime(2027, 3, 31, tzinfo=None)  # noqa: DTZ001

    first, second = read(change).rows[1:]
    assert (first.cell(2), first.value(2)) == ("5%", "5%")
    assert second.value(2) == Decimal("12.5")
    assert second.value(3) == datetime.date(2027, 3, 31)
    assert read(change).formats[3, 2] == "[$CHF] #,##0.00"


def test_merges_are_known_and_those_over_columns_fill_nothing() -> None:
    def change(sheet: Any) -> None:
        sheet["A2"].value = 7
        sheet["A3"].value = None
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B1:C1")

    sheet = read(change)
    assert set(sheet.merges) == {Merge(2, 0, 3, 0), Merge(1, 1, 1, 2)}
    assert [row.value(0) for row in sheet.rows] == ["ref", Decimal(7), Decimal(7)]
    assert sheet.rows[0].cell(2) == ""


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_merges_are_known_and_those_over_columns_fill_nothing",
)
def test_a_workbook_of_countless_styles_is_damaged() -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            many = b"<font/>" * (MOST_TAGS + 1) + b"</fonts>"
            new.writestr(name, old.read(name).replace(b"</fonts>", many))
    with pytest.raises(Unreadable, match="damaged"):
        read_table(made.getvalue(), "r.xlsx")
