"""Numbers as people of different countries write them: one reading, or asked about."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as some

from evaltracker.toolbox.tabular.cells import Style, read_number, style_of
from evaltracker.toolbox.tabular.cells import numbers_is_open as is_open

LOCALES = (
    *("en_US", "en_GB", "en_IN", "de_DE", "de_CH", "fr_FR"),
    *("es_ES", "it_IT", "pl_PL", "pt_BR", "sv_SE", "cs_CZ"),
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9.850,00", "9850"),
        ("6,200.50", "6200.5"),
        ("12 000,50", "12000.5"),
        ("12'000.50", "12000.5"),
        ("1,20,000.00", "120000"),
        ("1.234.567", "1234567"),
        ("0.875", "0.875"),
        ("1234.567", "1234.567"),
        ("0.00000015", "0.00000015"),
    ],
)
def test_what_can_be_one_number_is_read(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)
    assert not is_open(text)


@pytest.mark.parametrize("text", ["12.000", "6,200", "999.999"])
def test_what_can_be_two_needs_a_style(text: str) -> None:
    assert is_open(text)
    assert read_number(text) is None
    assert read_number(text, Style.POINT) != read_number(text, Style.COMMA)


@pytest.mark.parametrize("text", ["", "12..5", "1 2", "1,2,3", "x", "1" * 40, "٣"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text, Style.POINT) is None


def test_one_cell_settles_a_column_and_two_that_differ_do_not() -> None:
    assert style_of(["12.000", "9.850,00"]) == Style.COMMA
    assert style_of(["12.000", "1,234.50"]) == Style.POINT
    assert style_of(["1.234,50", "1,234.50"]) is None
    assert style_of(["12.000", "6.200", "17"]) is None


@given(
    some.decimals(0, 10**9, places=2),
    some.sampled_from(LOCALES),
)
def test_a_number_of_any_of_twelve_countries_is_never_another_one(
    number: Decimal, locale: str
) -> None:
    text = format_decimal(number, locale=locale)
    assert read_number(text) in (number, None)
