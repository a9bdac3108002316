"""Workbooks come in as their writer sees them, or say why not."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from evaltracker.rows.guards import (
    MOST_ARCHIVE_ENTRIES,
    MOST_UNPACKED_BYTES,
    Unreadable,
)
from evaltracker.rows.sources import read_table
from tests.rows.books import xlsx

ROWS: list[list[Any]] = [["ref", "text"], ["R1", "One"]]


def test_numbers_read_as_people_see_them_and_are_marked() -> None:
    book = read_table(xlsx([["ref", 1.1, 5, True, 0.1 + 0.2]]), "r.xlsx")
    row = book.sheets[0].rows[0]
    assert row.cells == ("ref", "1.1", "5", "TRUE", "0.3")
    assert [row.value(at) for at in (1, 2, 3, 4, 5)] == [
        *(Decimal("1.1"), Decimal(5), "TRUE", Decimal("0.3")),
        "",
    ]


def test_a_formula_without_a_result_and_an_error_are_known() -> None:
    def change(book: Workbook) -> None:
        book.active["A3"] = "=1+1"
        book.active["B3"] = "#REF!"
        book.active["B3"].data_type = "e"

    sheet = read_table(xlsx(ROWS, change=change), "r.xlsx").sheets[0]
    assert sheet.uncomputed == {(3, 0), (3, 1)}
    assert sheet.remarks[0].startswith(
        "Formulas without a saved result are read as blank: 2 cells (A3, B3)."
    )


def test_hidden_sheets_are_remarked() -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("Lists").sheet_state = "hidden"

    book = read_table(xlsx(ROWS, change=change), "r.xlsx")
    assert [sheet.name for sheet in book.visible] == ["Sheet1"]
    assert book.remarks == ("The hidden sheet was not read: “Lists”.",)


def test_a_cell_merged_downwards_counts_for_each_of_its_rows() -> None:
    def change(book: Workbook) -> None:
        book.active.merge_cells("A2:A4")

    rows: list[list[Any]] = [
        ["group", "ref"],
        ["G", "R1"],
        [None, "R2"],
        [None, "R3"],
        [None, "R4"],
    ]
    sheet = read_table(xlsx(rows, change=change), "r.xlsx").sheets[0]
    assert [row.cell(0) for row in sheet.rows] == ["group", "G", "G", "G", ""]


def test_blank_rows_are_dropped_and_the_others_keep_their_numbers() -> None:
    blank: list[list[Any]] = [[None, None]] * 1000
    sheet = read_table(xlsx([*ROWS, *blank, ["R2", "Two"]]), "r.xlsx").sheets[0]
    assert [row.number for row in sheet.rows] == [1, 2, 1003]


def test_one_far_cell_does_not_fill_the_memory() -> None:
    def change(book: Workbook) -> None:
        book.active["XFD1048576"] = "x"

    with pytest.raises(Unreadable, match="reaches to XFD1,048,576"):
        read_table(xlsx(ROWS, change=change), "r.xlsx")


def test_a_workbook_called_csv_is_told_to_be_renamed() -> None:
    with pytest.raises(Unreadable, match=r"ends in \.csv, but it is an Excel workbook"):
        read_table(xlsx(ROWS), "r.csv")


@pytest.mark.parametrize("declared", [None, 10])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[10]"
)
def test_a_zip_bomb_is_not_unpacked(declared: int | None) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(MOST_UNPACKED_BYTES // (1 << 20) + 1):
                part.write(b" " * (1 << 20))
        if declared is not None:  # the directory lies about the size
            archive.getinfo("xl/worksheets/sheet1.xml").file_size = declared
    with pytest.raises(Unreadable, match="unpacks to more than 200 MB"):
        read_table(file.getvalue(), "r.xlsx")


def test_too_many_parts_are_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(MOST_ARCHIVE_ENTRIES + 1):
            archive.writestr(f"xl/{number}.xml", b"")
    with pytest.raises(Unreadable, match="1,001 parts"):
        read_table(file.getvalue(), "r.xlsx")


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("word/document.xml", "This is a Word document, although"),
        ("anything.txt", "This is a zip archive"),
    ],
)
def test_other_archives_are_named(part: str, sentence: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, b"x")
    with pytest.raises(Unreadable, match=sentence):
        read_table(file.getvalue(), "r.xlsx")


def test_a_cut_off_workbook_is_damaged() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_table(xlsx(ROWS)[:-200], "r.xlsx")


def test_entities_in_a_workbook_are_not_expanded() -> None:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + part
            new.writestr(name, part)
    with pytest.raises(Unreadable, match="damaged"):
        read_table(content.getvalue(), "r.xlsx")


def test_a_protected_workbook_asks_for_one_without_a_password() -> None:
    content = bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(Unreadable, match="protected by a password"):
        read_table(content, "r.xlsx")


def test_a_workbook_of_formulas_alone_holds_nothing_to_read() -> None:
    with pytest.raises(Unreadable, match="only blank rows"):
        read_table(xlsx([["=1+1"], ["=2+2"]]), "r.xlsx")
