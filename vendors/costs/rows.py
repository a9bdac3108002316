"""One cost line over the horizon, with the sum that it is made of."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.kit.days import day_in_words
from evaltracker.money import written
from vendors.costs.kinds import CostKind, Line, LineState, Recurrence
from vendors.costs.terms import (
    Terms,
    cents,
    payments,
    payments_in_a_year,
    percent,
    plain,
    rate_of,
)
from vendors.costs.tiers import Exact3, Money3, Pricing, amounts_at, tier_words


@dataclass(frozen=True, slots=True)
class CostRow:
    """One line over the whole horizon, in the base currency, to the cent.

    Amounts are ``None`` where there is nothing to add: included, excluded,
    unsaid, or a price in a currency without a rate. ``yearly`` is what a full year
    of it costs at today's prices, neither risen nor discounted; ``None`` for what is
    paid once.
    """

    kind: CostKind
    state: LineState
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    working: str
    name: str = ""
    once: bool = True
    yearly: Money3 | None = None

    @property
    def amounts(self) -> Money3 | None:
        """Return low, likely and high, if there is anything to add."""
        if self.low is None or self.likely is None or self.high is None:
            return None
        return self.low, self.likely, self.high


def cost_row(line: Line, terms: Terms) -> CostRow:
    """Count one line; see ``total_cost`` for the rules."""
    if line.state != LineState.PRICED:
        said = line.state.value
        return CostRow(line.kind, line.state, None, None, None, said, line.name)
    rate = rate_of(line, terms.currency)
    if rate is None:
        words = f"in {line.currency}, without a rate to {terms.currency}"
        return CostRow(line.kind, LineState.UNSAID, None, None, None, words, line.name)
    price = price_of(line)
    once = line.recurrence == Recurrence.ONCE
    a_year = payments_in_a_year(line, terms) * rate
    low, likely, high = times(price, payments(line, terms) * rate)
    return CostRow(
        kind=line.kind,
        state=line.state,
        low=low,
        likely=likely,
        high=high,
        working=_words(line, terms),
        name=line.name,
        once=once,
        yearly=None if once else times(price, a_year),
    )


def rate_words(rated_on: datetime.date, source: str) -> str:
    """Say whose rate of what day it is."""
    return f"rate of {day_in_words(rated_on)}, {source}"


def price_of(line: Line) -> Exact3:
    """Return what the line's quantity costs at each payment, in its own currency."""
    return amounts_at(line.amounts, line.pricing, line.tiers, Fraction(line.quantity))


def times(price: Exact3, factor: Fraction) -> Money3:
    """Multiply, and round each amount to the cent."""
    low, likely, high = (cents(share * factor) for share in price)
    return low, likely, high


def _words(line: Line, terms: Terms) -> str:
    words = f"{_price_words(line)}, {line.recurrence}"
    if line.recurrence != Recurrence.ONCE:
        words += f" over {terms.horizon_months} months"
        if terms.discount:
            words += f", discounted {percent(terms.discount)} a year"
    if line.kind == CostKind.ENGINEER_TIME and terms.planning_factor != 1:
        words += f", planning factor {plain(terms.planning_factor)}"
    if line.currency != terms.currency and line.rate_to_base is not None:
        words += f", at {plain(Fraction(line.rate_to_base))} {terms.currency}"
        if line.rate_source:
            words += f" ({line.rate_source})"
    return words


def _price_words(line: Line) -> str:
    if line.pricing == Pricing.PER_UNIT:
        unit = f" per {line.unit}" if line.unit else ""
        words = f"{_span(line.amounts)} {line.currency}{unit}"
        if line.quantity != 1:
            words += f" × {written(line.quantity)}"
        return words
    made = tier_words(line.amounts, line.pricing, line.tiers, line.quantity)
    low, likely, high = times(price_of(line), Fraction(1))
    unit = f" by {line.unit}" if line.unit else ""
    return f"{made} = {_span((low, likely, high))} {line.currency}{unit}"


def _span(amounts: Money3) -> str:
    low, likely, high = (written(amount) for amount in amounts)
    return likely if low == high else f"{likely} ({low} to {high})"
