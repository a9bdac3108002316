"""Cells that were copied come in as they stand, quotation marks included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.rows.guards import Unreadable
from evaltracker.rows.sources import as_copied, read_table

CELLS = st.text(alphabet='ab" \n', max_size=8).map(str.strip)
GRIDS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5)


def rows_of(text: str) -> list[tuple[str, ...]]:
    book = read_table(as_copied(text).encode(), "Pasted table.txt")
    return [row.cells for row in book.sheets[0].rows]


def wrapped(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def read_or_refused(copied: str) -> list[tuple[str, ...]] | None:
    try:
        return rows_of(copied)
    except Unreadable:
        return None


@pytest.mark.parametrize(
    ("copied", "cell"),
    [
        ('"Zero trust" design', '"Zero trust" design'),
        ('"Zero trust"', '"Zero trust"'),
        ('"Zero trust', '"Zero trust'),
        ('A 19" rack', 'A 19" rack'),
        ('"say ""hi"""', 'say "hi"'),
        ('"In\nbatches"', "In\nbatches"),
        ('"In\r\n""big"" batches"', 'In\n"big" batches'),
    ],
)
def test_a_cell_is_what_stands_in_the_spreadsheet(copied: str, cell: str) -> None:
    table = f"ref\ttext\tnote\nR1\t{copied}\tx\nR2\tServes\ty\n"
    assert rows_of(table)[1:] == [("R1", cell, "x"), ("R2", "Serves", "y")]


def test_marks_of_two_cells_are_no_pair() -> None:
    table = 'ref\ttext\tnote\nR1\t"Zero trust\tx\nR2\tA 19"\ty\nR3\tz\t"a\nR4"\tb\tc\n'
    assert rows_of(table)[1:] == [
        ("R1", '"Zero trust', "x"),
        ("R2", 'A 19"', "y"),
        ("R3", "z", '"a'),
        ('R4"', "b", "c"),
    ]


def test_a_cell_whose_end_cannot_be_told_is_refused() -> None:
    table = 'ref\ttext\nR1\t"a\nR2"\tb\nR3\t"two\nlines"\n'
    with pytest.raises(Unreadable, match="a quotation mark that has no end"):
        rows_of(table)


@pytest.mark.parametrize(
    "text",
    [
        'ref,text\nR1,"a\tb"\n',
        '"ref"\t"text"\n"R1"\t"Serves"\n',
        '| ref | text |\n| --- | --- |\n| R1 | "a\tb" |\n',
        "ref\ttext\nR1\tServes\n",
    ],
)
def test_what_no_spreadsheet_copied_stays_as_it_is(text: str) -> None:
    assert as_copied(text) == text


@given(GRIDS)
def test_what_excel_copies_is_read_as_it_stands(grid: list[tuple[str, ...]]) -> None:
    """It wraps cells with line breaks or marks in them."""
    table = [("ref", "text", "note"), *(("R", *row[1:]) for row in grid)]
    copied = "\r\n".join(
        "\t".join(wrapped(it) if set(it) & set('"\n') else it for it in row)
        for row in table
    )
    found = [row + ("",) * (3 - len(row)) for row in rows_of(copied)]
    assert found == table


@given(GRIDS)
def test_what_google_sheets_copies_is_read_as_it_stands_or_refused(
    grid: list[tuple[str, ...]],
) -> None:
    """It wraps cells with line breaks alone."""
    table = [("ref", "text", "note"), *(("R", *row[1:]) for row in grid)]
    if any('""' in cell and "\n" not in cell for row in table for cell in row):
        return  # Such a cell looks like one that was wrapped.
    copied = "\n".join(
        "\t".join(wrapped(it) if "\n" in it else it for it in row) for row in table
    )
    found = read_or_refused(copied)
    if found is not None:
        assert [row + ("",) * (3 - len(row)) for row in found] == table
