"""Plain decimals, and shares of payments."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.costs import check_shares, read_decimal


@given(st.decimals(0, 10**9, places=2))
def test_a_plain_number_comes_back_as_it_was(amount: Decimal) -> None:
    assert read_decimal(f" {amount} ") == amount


@pytest.mark.parametrize(
    "text", ["1e5", "-1", "+1", "\uff11\uff12", "1_000", "1,5", "NaN", "", ".5", "1."]
)
def test_only_a_plain_decimal_is_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain number"):
        read_decimal(text)


def test_payment_shares_sum_to_exactly_a_hundred() -> None:
    check_shares([Decimal("45.55"), Decimal("54.45")])
    with pytest.raises(ValueError, match=r"sum to 99\.99%"):
        check_shares([Decimal("45.55"), Decimal("54.44")])
    with pytest.raises(ValueError, match="above 0"):
        check_shares([Decimal(110), Decimal(-10)])
    with pytest.raises(ValueError, match="sum to 0%"):
        check_shares([])
