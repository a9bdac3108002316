"""Money is written in one way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.money import CODES, currency_choices, padded, read_currency, written


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("1234567", "1,234,567"),
        ("40000.0000", "40,000"),
        ("1234.5", "1,234.50"),
        ("38123.47", "38,123.47"),
        ("0.0015", "0.0015"),
        ("1E+3", "1,000"),
    ],
)
def test_cents_stand_only_where_there_are_any(amount: str, text: str) -> None:
    assert written(Decimal(amount)) == text
    assert written(Decimal(amount), "EUR") == f"{text} EUR"


@pytest.mark.parametrize(
    ("amount", "kept"),
    [
        ("5", "5.0000"),
        ("0.0015", "0.0015"),
        ("12.340", "12.3400"),
        ("0.123456", "0.123456"),
        ("0.1234560", "0.123456"),
    ],
)
def test_an_amount_is_kept_with_four_decimals_at_least(amount: str, kept: str) -> None:
    assert str(padded(Decimal(amount))) == kept


@given(st.decimals(0, 10**12, places=4))
def test_nothing_is_rounded_away(amount: Decimal) -> None:
    assert Decimal(written(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("told", "code"),
    [("eur", "EUR"), ("€", "EUR"), (" Euro ", "EUR"), ("US$", "USD"), ("PLN", "PLN")],
)
def test_a_currency_is_known_by_its_code_and_by_names_of_its_own(
    told: str, code: str
) -> None:
    assert read_currency(told) == code


@pytest.mark.parametrize("told", ["$", "kr", "dollars", "EURO €", "", "XXX"])
def test_what_several_currencies_share_is_asked_for_and_never_guessed(
    told: str,
) -> None:
    with pytest.raises(ValueError, match="three letters"):
        read_currency(told)


def test_a_form_offers_each_code_once_and_keeps_what_stands_there() -> None:
    offered = [code for code, _ in currency_choices("EUR")]
    assert offered == sorted(CODES)
    assert next(iter(currency_choices("Eu"))) == ("Eu", "Eu")
