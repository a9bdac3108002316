"""Reading prices as people write them."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.costs import check_shares, parse_amount, read_decimal

PRICES = Path(__file__).parents[1] / "data" / "costs_sso_tax" / "prices.csv"


@pytest.mark.parametrize(
    ("text", "amount", "currency", "unit", "period"),
    [
        ("$10 per u/m", "10", "USD", "user", "month"),
        ("$179 per u/y", "179", "USD", "user", "year"),
        ("$99/mo", "99", "USD", None, "month"),
        ("$9,999/year", "9999", "USD", None, "year"),
        ("$2,166.67 per app/mo", "2166.67", "USD", "app", "month"),
        ("$99 per connection per year", "99", "USD", "connection", "year"),
        ("$0.1825 per resource/month", "0.1825", "USD", "resource", "month"),
        ("$19 per month (25k events)", "19", "USD", "25k events", "month"),
        ("€10 per u/m", "10", "EUR", "user", "month"),
        ("12 EUR/month", "12", "EUR", None, "month"),
        ("US$5 per host-month", "5", "USD", "host", "month"),
        ("CHF 1200 one-time", "1200", "CHF", None, "once"),
    ],
)
def test_a_clear_price_is_read(
    text: str, amount: str, currency: str, unit: str | None, period: str
) -> None:
    parsed = parse_amount(text)
    assert parsed.problem is None
    assert (parsed.amount, parsed.currency) == (Decimal(amount), currency)
    assert (parsed.unit, parsed.period) == (unit, period)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Call Us!", "states no price"),
        ("Call Us! (over $75 per u/m)", "states no price"),
        ("???", "states no price"),
        ("", "states no price"),
        ("free", "mark the line included"),
        ("$0.60 - $7.20 per host-month", "a range"),
        ("$400+ per month", "only a limit"),
        ("1e5", "without an exponent"),
        ("$1e999999", "without an exponent"),
        ("\uff11\uff12", "plain digits"),
        ("-1", "below 0"),
        ("1.234 €", "may be 1.234 or 1234"),
        ("9,999 €", "not a plain number"),
        ("4,99 €", "not a plain number"),
        ("$10 per user, minimum of $3000", "not understood"),
        ("$5k per month", "not understood"),
        ("$" + "9" * 400, "longer than"),
    ],
)
def test_what_is_not_certain_is_not_guessed(text: str, sentence: str) -> None:
    parsed = parse_amount(text)
    assert parsed.original == text
    assert parsed.amount is None
    assert sentence in (parsed.problem or "")


def test_a_price_without_period_or_currency_says_what_is_missing() -> None:
    no_period, no_currency = parse_amount("4.99€ / device"), parse_amount("12/month")
    assert (no_period.amount, no_period.unit) == (Decimal("4.99"), "device")
    assert "per month, per year or once" in (no_period.problem or "")
    assert "no currency" in (no_currency.problem or "")
    assert "not a known currency" in (parse_amount("¥100/month").problem or "")
    assert parse_amount("¥100/month", {"¥": "JPY"}).problem is None


def test_real_price_lists_are_read_or_asked_about_and_always_kept() -> None:
    texts = [
        row[column]
        for row in csv.DictReader(PRICES.read_text("utf-8").splitlines())
        for column in ("base_pricing", "sso_pricing")
    ]
    parsed = [parse_amount(text) for text in texts]
    assert [each.original for each in parsed] == texts
    clear = [each for each in parsed if each.problem is None]
    assert all(each.amount and each.currency and each.period for each in clear)
    assert all(each.amount is None for each in parsed if "Call" in each.original)
    assert (len(parsed), len(clear)) == (300, 230)


@given(st.text(max_size=60))
def test_any_text_is_answered_with_an_amount_or_a_sentence(text: str) -> None:
    parsed = parse_amount(text)
    assert parsed.original == text
    if parsed.problem is None:
        assert parsed.amount is not None
        assert parsed.currency
        assert parsed.period
    if parsed.amount is not None:
        assert parsed.amount >= 0


@given(st.decimals(0, 10**9, places=2))
def test_a_plain_price_comes_back_as_it_was(amount: Decimal) -> None:
    assert parse_amount(f"USD {amount} per user/year").amount == amount
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
