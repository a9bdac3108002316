"""What one cost line comes to over the horizon."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.money import written
from evaltracker.toolbox.working_days import day_in_words
from vendors.costs import lines
from vendors.costs.kinds import WORK, CostKind, LineState, LineStatement

LONGEST_HORIZON = 600
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Terms:
    horizon_months: int
    planning_factor: Fraction
    discount: Fraction
    currency: str


def read_terms(
    horizon: int, factor: Decimal, discount: Decimal, currency: str
) -> Terms:
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"The horizon must be 1 to {LONGEST_HORIZON} months.")
    if not factor.is_finite() or factor <= 0:
        raise ValueError("The planning factor must be above 0.")
    if not discount.is_finite() or not 0 <= discount <= 1000:
        raise ValueError("The discount must be from 0% to 1000%.")
    return Terms(
        horizon_months=horizon,
        planning_factor=Fraction(factor),
        discount=Fraction(discount) / 100,
        currency=currency,
    )


def rate_of(line: lines.CostLineFacts, currency: str) -> Fraction | None:
    if line.currency == currency:
        return Fraction(1)
    if line.rate_to_base is None:
        return None
    return Fraction(line.rate_to_base)


def payments(
    line: lines.CostLineFacts, terms: Terms, rise: Fraction = Fraction(0)
) -> Fraction:
    """Count the payments over the horizon, each weighed by its year's rates.

    `rise` is the share by which the price goes up each year after the first.
    """
    factor = factor_of(line, terms)
    if line.recurrence == Recurrence.ONCE:
        return factor
    count = Fraction(0)
    for year, first in enumerate(range(0, terms.horizon_months, MONTHS)):
        months = min(MONTHS, terms.horizon_months - first)
        if line.recurrence == Recurrence.MONTHLY:
            paid = months
        else:
            paid = 1
        count += paid * ((1 + rise) / (1 + terms.discount)) ** year
    return factor * count


def payments_in_a_year(line: lines.CostLineFacts, terms: Terms) -> Fraction:
    if line.recurrence == Recurrence.ONCE:
        return Fraction(0)
    monthly = line.recurrence == Recurrence.MONTHLY
    return factor_of(line, terms) * (MONTHS if monthly else 1)


def factor_of(line: lines.CostLineFacts, terms: Terms) -> Fraction:
    if line.kind.counts_as == WORK:
        return terms.planning_factor
    return Fraction(1)


def plain(value: Fraction) -> str:
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def percent(value: Fraction) -> str:
    return f"{plain(value * 100)}%"


def cents(value: Fraction) -> Decimal:
    whole = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return Decimal(whole).scaleb(-2)


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
    yearly: lines.Money3 | None = None
    part: str = ""
    # What the line itself says; a price without a rate counts as not stated.
    stated: LineState | None = None

    @property
    def said(self) -> LineStatement:
        state = self.stated or self.state
        return LineStatement(
            self.kind.key, self.part, state, counts=state == self.state
        )

    @property
    def amounts(self) -> lines.Money3 | None:
        if self.low is None or self.likely is None or self.high is None:
            return None
        return self.low, self.likely, self.high


def cost_row(line: lines.CostLineFacts, terms: Terms) -> CostRow:
    if line.state != LineState.PRICED:
        text = line.state.value
        if line.state == LineState.NOT_APPLICABLE:
            if line.note:
                text = f"not applicable: {line.note}"
            else:
                text = "not applicable"
        return _without_amounts(line, line.state, text)
    rate = rate_of(line, terms.currency)
    if rate is None:
        text = f"in {line.currency}, without a rate to {terms.currency}"
        return _without_amounts(line, LineState.UNSAID, text)
    price = price_of(line)
    is_one_off = line.recurrence == Recurrence.ONCE
    a_year = payments_in_a_year(line, terms) * rate
    low, likely, high = times(price, payments(line, terms) * rate)
    return CostRow(
        kind=line.kind,
        state=line.state,
        low=low,
        likely=likely,
        high=high,
        working=_working_text(line, terms),
        name=line.name,
        once=is_one_off,
        yearly=None if is_one_off else times(price, a_year),
        part=line.label,
    )


def _without_amounts(
    line: lines.CostLineFacts, state: LineState, working: str
) -> CostRow:
    return CostRow(
        *(line.kind, state, None, None, None, working, line.name),
        part=line.label,
        stated=line.state,
    )


def rate_words(rated_on: datetime.date, source: str) -> str:
    return f"rate of {day_in_words(rated_on)}, {source}"


def price_of(line: lines.CostLineFacts) -> lines.Exact3:
    return lines.amounts_at(
        line.amounts, line.pricing, line.tiers, Fraction(line.quantity)
    )


def times(price: lines.Exact3, factor: Fraction) -> lines.Money3:
    low, likely, high = (cents(share * factor) for share in price)
    return low, likely, high


def offer_words(line: lines.CostLineFacts) -> str:
    """“40,000 USD, once”: a price as it was offered, whatever it comes to."""
    if line.pricing == Pricing.PERCENT:
        return f"{_span(line.amounts)} per cent a year"
    return f"{_price_words(line)}, {line.recurrence}"


def _working_text(line: lines.CostLineFacts, terms: Terms) -> str:
    working = offer_words(line)
    if line.recurrence != Recurrence.ONCE:
        working += f" over {terms.horizon_months} months"
        if terms.discount:
            working += f", discounted {percent(terms.discount)} a year"
    if line.kind.counts_as == WORK and terms.planning_factor != 1:
        working += f", planning factor {plain(terms.planning_factor)}"
    if line.currency != terms.currency and line.rate_to_base is not None:
        working += f", at {plain(Fraction(line.rate_to_base))} {terms.currency}"
        if line.rate_source:
            working += f" ({line.rate_source})"
    return working


def _price_words(line: lines.CostLineFacts) -> str:
    if line.pricing == Pricing.PER_UNIT:
        if line.unit:
            unit = f" per {line.unit}"
        else:
            unit = ""
        price = f"{_span(line.amounts)} {line.currency}{unit}"
        if line.quantity != 1:
            price += f" × {written(line.quantity)}"
        return price
    made = lines.tier_words(line.amounts, line.pricing, line.tiers, line.quantity)
    low, likely, high = times(price_of(line), Fraction(1))
    unit = f" by {line.unit}" if line.unit else ""
    return f"{made} = {_span((low, likely, high))} {line.currency}{unit}"


def _span(amounts: lines.Money3) -> str:
    low, likely, high = (written(amount) for amount in amounts)
    if low == high:
        return likely
    return f"{likely} ({low} to {high})"
