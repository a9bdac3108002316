"""Money is written in one way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.money import written


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


@given(st.decimals(0, 10**12, places=4))
def test_nothing_is_rounded_away(amount: Decimal) -> None:
    assert Decimal(written(amount).replace(",", "")) == amount
