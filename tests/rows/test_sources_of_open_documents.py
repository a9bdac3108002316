"""OpenDocument spreadsheets come in as their writer sees them, or say why not."""

import datetime
from decimal import Decimal

import pytest

from evaltracker.rows.guards import MOST_ROWS, Unreadable
from evaltracker.rows.sources import SheetRow, read_table
from tests.data.corpus.making.open_document import cell, price, row, sheet, spreadsheet

FAR = 'table:number-columns-repeated="16384"'
FORMULA = 'table:formula="of:=1+1"'
SHARE = 'office:value-type="percentage" office:value="0.05"'
DAY = 'office:value-type="date" office:date-value="2027-03-31"'
SOON = 'office:value-type="date" office:date-value="soon"'
TRUE = 'office:value-type="boolean" office:boolean-value="true"'
LINK = "<text:a xlink:href='https://a.example'>here</text:a> it is"
DOWN = 'table:number-rows-repeated="1048576"'


def rows_in(*rows: str) -> tuple[SheetRow, ...]:
    return read_table(spreadsheet(sheet(list(rows))), "r.ods").sheets[0].rows


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (cell(1200.0), "1200"),
        (cell(0.1 + 0.2), "0.3"),
        (cell("x", DAY), "2027-03-31"),
        (cell("soon", SOON), "soon"),
        (cell("WAHR", TRUE), "TRUE"),
        (cell("a<text:s text:c='3'/>b<text:tab/>c"), "a   b\tc"),
        (cell(LINK), "here it is"),
        (cell("one<text:line-break/>two"), "one\ntwo"),
        (cell(["one", "two"]), "one\ntwo"),
        (cell(0.05, SHARE, "5%"), "5%"),
    ],
)
def test_a_cell_reads_as_people_see_it(made: str, text: str) -> None:
    assert rows_in(row(made))[0].cells == (text,)


def test_numbers_and_days_are_marked() -> None:
    found = rows_in(row("ref", 1.1, cell("x", DAY)))[0]
    assert [found.value(at) for at in range(4)] == [
        "ref",
        Decimal("1.1"),
        datetime.date(2027, 3, 31),
        "",
    ]


def test_a_cell_merged_downwards_counts_for_each_of_its_rows() -> None:
    merged = cell("G", 'table:number-rows-spanned="2"')
    found = rows_in(row(merged, "R1"), row("<table:covered-table-cell/>", "R2"))
    assert [it.cells for it in found] == [("G", "R1"), ("G", "R2")]


def test_repeated_cells_are_read_and_repeated_blanks_are_not() -> None:
    twice = cell("x", 'table:number-columns-repeated="2"')
    found = rows_in(row(twice, attributes='table:number-rows-repeated="2"'), row("y"))
    assert [(it.number, it.cells) for it in found] == [
        (1, ("x", "x")),
        (2, ("x", "x")),
        (3, ("y",)),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (row(cell("x", FAR)), "16,384 columns; at most 500"),
        (row("x", attributes=DOWN), f"at most {MOST_ROWS:,}"),
        (row(cell("x", FAR), attributes=DOWN), "used range reaches to XFD1,048,576"),
        ("<!DOCTYPE x>", "damaged"),
        ("<table:table-row>", "damaged"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[line0-16,384 columns; at most 500]",
)
def test_what_would_fill_the_memory_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        rows_in(line)


def test_cells_kept_of_another_file_are_no_sheet() -> None:
    source = '<table:table-source xlink:href="file:///other.ods"/>'
    kept = sheet([row("secret")], "'file:///other.ods'#$S", columns=source)
    book = read_table(spreadsheet(sheet([row("ref")]) + kept), "r.ods")
    assert [it.name for it in book.sheets] == ["Sheet1"]


def test_its_money_its_comments_and_what_came_to_nothing_are_known() -> None:
    note = "<office:annotation><text:p>Why?</text:p></office:annotation>"
    failed = cell("#N/A", 'table:formula="of:=NA()" calcext:value-type="error"')
    line = row(price(12.5, "CHF"), cell(f"{note}x"), cell(None, FORMULA), failed)
    read = read_table(spreadsheet(sheet([line])), "r.ods").sheets[0]
    assert read.formats == {(1, 0): "[$CHF] 0"}
    assert read.uncomputed == {(1, 2), (1, 3)}
    assert read.remarks[0] == "Comments on cells are not read: 1."


def test_one_behind_a_password_asks_for_one_without() -> None:
    locked = spreadsheet(sheet([row("x")]), manifest="<manifest:encryption-data/>")
    with pytest.raises(Unreadable, match="protected by a password"):
        read_table(locked, "r.ods")
