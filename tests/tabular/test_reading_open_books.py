"""OpenDocument spreadsheets come in as their writer sees them, or say why not."""

import pytest

from evaltracker.toolbox.tabular.cells import MOST_ROWS, Row, Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from tests.data.corpus.making.open_document import cell, row, sheet, spreadsheet

FAR = 'table:number-columns-repeated="16384"'
DAY = 'office:value-type="date" office:date-value="2027-03-31"'
SOON = 'office:value-type="date" office:date-value="soon"'
TRUE = 'office:value-type="boolean" office:boolean-value="true"'
NO_NUMBER = 'office:value-type="float" office:value="NaN"'
LINK = "<text:a xlink:href='https://a.example'>here</text:a> it is"
DOWN = 'table:number-rows-repeated="1048576"'


def rows_in(*rows: str) -> tuple[Row, ...]:
    return read_table(spreadsheet(sheet(list(rows))), "r.ods").sheets[0].rows


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (cell(1200.0), "1200"),
        (cell(0.1 + 0.2), "0.3"),
        (cell("x", NO_NUMBER), "x"),
        (cell("x", DAY), "2027-03-31"),
        (cell("soon", SOON), "soon"),
        (cell("WAHR", TRUE), "TRUE"),
        (cell("a<text:s text:c='3'/>b<text:tab/>c"), "a   b\tc"),
        (cell(LINK), "here it is"),
    ],
)
def test_a_cell_reads_as_people_see_it(made: str, text: str) -> None:
    assert rows_in(row(made))[0].cells == (text,)


def test_numbers_and_days_are_marked() -> None:
    found = rows_in(row("ref", 1.1, cell("x", DAY)))[0]
    assert found.numbers == {1}
    assert found.days == {2}


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
        (row(cell("x", FAR)), "501 columns; at most 500"),
        (row("x", attributes=DOWN), f"at most {MOST_ROWS:,}"),
        (row(cell("x", FAR), attributes=DOWN), "used range is too big"),
        ("<!DOCTYPE x>", "damaged"),
        ("<table:table-row>", "damaged"),
    ],
)
def test_what_would_fill_the_memory_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        rows_in(line)


def test_cells_kept_of_another_file_are_no_sheet() -> None:
    source = '<table:table-source xlink:href="file:///other.ods"/>'
    kept = sheet([row("secret")], "'file:///other.ods'#$S", columns=source)
    book = read_table(spreadsheet(sheet([row("ref")]) + kept), "r.ods")
    assert [it.name for it in book.sheets] == ["Sheet1"]
