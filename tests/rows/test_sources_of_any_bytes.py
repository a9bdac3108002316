"""Any bytes are read or refused with a sentence; what is written is read back."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltracker.rows.guards import Unreadable, column_letter
from evaltracker.rows.sources import read_separated, read_table
from tests.rows.books import xlsx

NAMES = st.sampled_from(["r.csv", "r.xlsx", "r.xls", "r.ods", "r.md", "r.pdf", "r", ""])
CELL = st.text(
    st.characters(
        codec="utf-8",
        categories=("L", "N", "P", "S", "Zs"),
        exclude_characters="\u00a0",
    ),
    max_size=12,
).map(str.strip)
ROW = st.lists(CELL, min_size=2, max_size=4)
STARTS = st.sampled_from(
    [
        b"",
        b"PK\x03\x04",
        bytes.fromhex("D0CF11E0A1B11AE1"),
        b"\xff\xfe",
        b'{"',
        b"a,b\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(start=STARTS, content=st.binary(max_size=400), name=NAMES)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_sources_that_were_copied.py"
    '::test_a_cell_is_what_stands_in_the_spreadsheet["say ""hi"""-say "'
    'hi"]',
)
def test_any_bytes_are_a_table_or_a_sentence(
    start: bytes, content: bytes, name: str
) -> None:
    try:
        read_table(start + content, name)
    except Unreadable as error:
        assert error.sentence.strip()
        assert error.errors["file"] == [error.sentence]


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 6000), byte=st.integers(0, 255))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_sources_of_workbooks.py"
    "::test_a_cell_merged_downwards_counts_for_each_of_its_rows",
)
def test_a_damaged_workbook_is_a_table_or_a_sentence(place: int, byte: int) -> None:
    content = bytearray(xlsx([["ref", "text"], ["R1", "One"]]))
    content[place % len(content)] = byte
    try:
        read_table(bytes(content), "r.xlsx")
    except Unreadable as error:
        assert error.sentence


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=6), separator=st.sampled_from(",;\t"))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_sources_that_were_copied.py"
    '::test_a_cell_is_what_stands_in_the_spreadsheet["say ""hi"""-say "'
    'hi"]',
)
def test_a_quoted_table_is_read_back(rows: list[list[str]], separator: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["ref", "text", "more", "last"], *rows])
    sheet = read_table(file.getvalue().encode("utf-8-sig"), "r.csv").sheets[0]
    read = {row.number: list(row.cells) for row in sheet.rows}
    for number, row in enumerate(rows, start=2):
        while row and not row[-1]:
            row.pop()
        assert read.get(number, []) == row


@given(index=st.integers(0, 20_000))
def test_column_letters_count_like_a_spreadsheet(index: int) -> None:
    letters, number = column_letter(index), 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    assert number == index + 1


def test_what_stands_within_quotes_separates_nothing() -> None:
    sheet = read_separated('"","|"\r\n"","","0"\r\n')
    assert [row.number for row in sheet.rows] == [1, 2]
