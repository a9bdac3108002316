"""Words of cells: plain ones take a short way, which leads to the same."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.tabular.cells import header_key
from evaltracker.toolbox.tabular.wording import tidy_lines, without_markup

CELLS = st.text(string.printable.replace("&", ""), max_size=60)


@given(CELLS)
def test_a_plain_cell_reads_as_it_does_among_tags(cell: str) -> None:
    assert without_markup(cell) == without_markup(f"<b></b>{cell}")


@given(CELLS)
def test_a_plain_line_is_as_tidy_as_one_with_an_entity(cell: str) -> None:
    assert tidy_lines(cell) == tidy_lines(f"{cell}&nbsp;")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("  Runs on   premises ", "Runs on premises"),
        ("<b>Runs</b> **there**", "Runs there"),
        ("[the guide](https://acme.example)", "the guide (https://acme.example)"),
        ("R&amp;D", "R&D"),
        ("<5 ms", "<5 ms"),
    ],
)
def test_markup_is_taken_off(cell: str, words: str) -> None:
    assert without_markup(cell) == words


@pytest.mark.parametrize(
    ("name", "key"),
    [("Status", "status"), ("Requirement-Id (text)", "requirementid"), ("#", "#")],
)
def test_names_of_columns_are_compared_by_their_letters(name: str, key: str) -> None:
    assert header_key(name) == key
