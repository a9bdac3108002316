"""Words of cells: plain ones take a short way, which leads to the same."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.markup import first_address, web_addresses, without_markup

CELLS = st.text(string.printable.replace("&", ""), max_size=60)


@given(CELLS)
def test_a_plain_cell_reads_as_it_does_among_tags(cell: str) -> None:
    assert without_markup(cell) == without_markup(f"<b></b>{cell}")


@given(st.text(max_size=200))
def test_taking_markup_off_never_fails(text: str) -> None:
    assert "\x00" not in without_markup(text)
    assert all(address.startswith("http") for address in web_addresses(text)[0])


def seconds_of_reading(seed: str, size: int) -> float:
    """What it takes to read a cell of that size that consists of the seed."""
    text = (seed * size)[:size]
    start = time.process_time()
    without_markup(text)
    web_addresses(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "seed", ["<a href=x ", "[a](", "<li ", "**a", "[[", "](((", "<a ", "http://x", "&#"]
)
def test_no_cell_is_slow_to_read(seed: str) -> None:
    """Eight times as much takes some eight times as long, not sixty-four times."""
    some = seconds_of_reading(seed, 6_250)
    assert seconds_of_reading(seed, 50_000) < 3 * 8 * some + 0.2


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("  Runs on   premises ", "Runs on premises"),
        ("<b>Runs</b> **there**", "Runs there"),
        ("[the guide](https://acme.example)", "the guide (https://acme.example)"),
        ("R&amp;D", "R&D"),
        ("<5 ms", "<5 ms"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
    ],
)
def test_markup_is_taken_off(cell: str, words: str) -> None:
    assert without_markup(cell) == words


def test_links_of_a_cell_are_web_addresses() -> None:
    cell = "see [it](https://a.example), http://b.example; javascript:alert(1)"
    good, other = web_addresses(cell)
    assert good == ["https://a.example", "http://b.example"]
    assert other == ["see", "javascript:alert(1)"]
    assert first_address("so it is (see https://a.example/x).") == "https://a.example/x"
