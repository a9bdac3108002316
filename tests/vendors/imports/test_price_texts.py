"""Prices of real lists are read, or stay a text with a question."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from evaltracker.importing.rows import Refusal
from evaltracker.toolbox.tabular.cells import Style
from vendors.imports.prices import of_text

PRICES = Path(__file__).parents[2] / "data" / "costs_sso_tax" / "prices.csv"


@pytest.mark.parametrize(
    ("text", "amount", "currency", "unit", "rhythm"),
    [
        ("$10 per u/m", "10", "USD", "user", "monthly"),
        ("$9,999/year", "9999", "USD", "", "yearly"),
        ("$2,166.67 per app/mo", "2166.67", "USD", "app", "monthly"),
        ("$99 per connection per year", "99", "USD", "connection", "yearly"),
        ("$0.1825 per resource/month", "0.1825", "USD", "resource", "monthly"),
        ("US$5 per host-month", "5", "USD", "host", "monthly"),
        ("12 EUR/month", "12", "EUR", "", "monthly"),
        ("CHF 1200 one-time", "1200", "CHF", "", "once"),
        ("TEUR 5", "5000", "EUR", "", None),
        ("-500 €", "-500", "EUR", "", None),
    ],
)
def test_a_clear_price_is_read(
    text: str, amount: str, currency: str, unit: str, rhythm: str | None
) -> None:
    price = of_text(text, Style.POINT)
    assert (price.amount, price.currency) == (Decimal(amount), currency)
    assert (price.unit, price.recurrence) == (unit, rhythm)


@pytest.mark.parametrize(
    "text",
    [
        *("Call Us!", "???", "$0.60 - $7.20 per host-month", "$400+ per month"),
        *("$10 per user, minimum of $3000", "12 PCS", "$49 per month for 1 test"),
    ],
)
def test_what_is_not_certain_stays_a_text(text: str) -> None:
    price = of_text(text, Style.POINT)
    assert price.amount is None
    assert price.text == text


@pytest.mark.parametrize("text", ["1.200", "1,200 EUR", "5 %", "9" * 30, "5 EUR CHF"])
def test_what_could_be_two_prices_or_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        of_text(text, None)


def test_most_of_a_real_price_list_is_clear() -> None:
    texts = [
        row[column]
        for row in csv.DictReader(PRICES.read_text("utf-8").splitlines())
        for column in ("base_pricing", "sso_pricing")
    ]
    prices = [of_text(text, Style.POINT) for text in texts]
    clear = [one for one in prices if one.amount is not None and one.recurrence]
    assert (len(prices), len(clear)) == (300, 229)
