"""Terms, one line over the horizon, what to ask next, what saved hours are worth."""

import calendar
import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.money import written
from evaltracker.toolbox.working_days import day_in_words
from vendors.costs import lines
from vendors.costs.kinds import WORK, CostKind, LineState, LineStatement, asked_kinds

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
    return None if line.rate_to_base is None else Fraction(line.rate_to_base)


def payments(
    line: lines.CostLineFacts, terms: Terms, rise: Fraction = Fraction(0)
) -> Fraction:
    """Count the payments over the horizon, each weighed by its year's rates.

    `rise` is the share by which the price goes up each year after the first.
    """
    factor = factor_of(line, terms)
    if line.recurrence == lines.Recurrence.ONCE:
        return factor
    count = Fraction(0)
    for year, first in enumerate(range(0, terms.horizon_months, MONTHS)):
        months = min(MONTHS, terms.horizon_months - first)
        paid = months if line.recurrence == lines.Recurrence.MONTHLY else 1
        count += paid * ((1 + rise) / (1 + terms.discount)) ** year
    return factor * count


def payments_in_a_year(line: lines.CostLineFacts, terms: Terms) -> Fraction:
    if line.recurrence == lines.Recurrence.ONCE:
        return Fraction(0)
    monthly = line.recurrence == lines.Recurrence.MONTHLY
    return factor_of(line, terms) * (MONTHS if monthly else 1)


def factor_of(line: lines.CostLineFacts, terms: Terms) -> Fraction:
    return terms.planning_factor if line.kind.counts_as == WORK else Fraction(1)


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
            text = f"not applicable: {line.note}" if line.note else "not applicable"
        return _without_amounts(line, line.state, text)
    rate = rate_of(line, terms.currency)
    if rate is None:
        text = f"in {line.currency}, without a rate to {terms.currency}"
        return _without_amounts(line, LineState.UNSAID, text)
    price = price_of(line)
    once = line.recurrence == lines.Recurrence.ONCE
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
    if line.pricing == lines.Pricing.PERCENT:
        return f"{_span(line.amounts)} per cent a year"
    return f"{_price_words(line)}, {line.recurrence}"


def _words(line: lines.CostLineFacts, terms: Terms) -> str:
    working = offer_words(line)
    if line.recurrence != lines.Recurrence.ONCE:
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
    if line.pricing == lines.Pricing.PER_UNIT:
        unit = f" per {line.unit}" if line.unit else ""
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
    return likely if low == high else f"{likely} ({low} to {high})"


OLD_AFTER_MONTHS = 6


class Why(lines.Labelled):
    NOT_ASKED = "not_asked", "Ask about"
    UNSAID = "unsaid", "Ask again, no answer yet"
    NO_RATE = "no_rate", "Set an exchange rate for"
    OLD = "old", f"Ask for a fresh price, older than {OLD_AFTER_MONTHS} months"
    EXCLUDED = "excluded", "Not in the offer, so price it elsewhere"


@dataclass(frozen=True, slots=True)
class Ask:
    why: Why
    kinds: tuple[CostKind, ...]


def is_old(quoted_on: datetime.date | None, today: datetime.date) -> bool:
    """Say whether a price was quoted more than six months before `today`."""
    if quoted_on is None:
        return False
    month = quoted_on.month - 1 + OLD_AFTER_MONTHS
    year, month = quoted_on.year + month // 12, month % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return today > datetime.date(year, month, min(quoted_on.day, last))


def asks(
    kinds: Sequence[CostKind],
    candidate_kind: str,
    rows: Iterable[tuple[CostRow, datetime.date | None]],
    today: datetime.date,
) -> tuple[Ask, ...]:
    """Return what to ask next, from rows with the date that each was quoted on.

    A kind stands under its most urgent reason only.
    """
    dated = list(rows)
    reasons: dict[str, set[Why]] = {}
    for row, quoted_on in dated:
        whys = reasons.setdefault(row.kind.key, set())
        if row.state == LineState.EXCLUDED:
            whys.add(Why.EXCLUDED)
        elif row.state == LineState.UNSAID:
            whys.add(Why.UNSAID if row.said.counts else Why.NO_RATE)
        elif row.state == LineState.PRICED and is_old(quoted_on, today):
            whys.add(Why.OLD)
    by_why: dict[Why, list[CostKind]] = {}
    for asked in asked_kinds(kinds, candidate_kind, (row.said for row, _ in dated)):
        whys = reasons.get(asked.kind.key, set())
        if not asked.states or asked.missing:
            whys = {*whys, Why.NOT_ASKED}
        if whys:
            first = min(whys, key=list(Why).index)
            by_why.setdefault(first, []).append(asked.kind)
    return tuple(Ask(why, tuple(by_why[why])) for why in Why if why in by_why)


@dataclass(frozen=True, slots=True)
class HoursValue:
    amount: Decimal
    per_month: Decimal
    months: int
    working: str


@dataclass(frozen=True, slots=True)
class OpportunityCost:
    amount: Decimal
    value_not_had: Decimal
    earned_elsewhere: Decimal
    working: str


def value_of_hours(
    *,
    hours_per_day: Decimal,
    engineers: Decimal,
    working_days_per_year: Decimal,
    hourly_rate: Decimal,
    horizon_months: int,
    live_from_month: int = 0,
    people: str = "engineers",
) -> HoursValue:
    """Price the hours saved, from the month the candidate is live.

    Hours per engineer and day * engineers * working days * loaded rate.
    ``live_from_month`` counts whole months before it is live; past the horizon
    nothing is saved.
    """
    for name, number in (
        ("hours saved", hours_per_day),
        ("engineers", engineers),
        ("working days", working_days_per_year),
        ("loaded rate", hourly_rate),
    ):
        _not_negative(name, number)
    if horizon_months < 1 or live_from_month < 0:
        raise ValueError("The horizon must be a month or more, the delay 0 or more.")
    months = max(0, horizon_months - live_from_month)
    monthly = (
        Fraction(hours_per_day)
        * Fraction(engineers)
        * Fraction(working_days_per_year)
        * Fraction(hourly_rate)
        / 12
    )
    return HoursValue(
        amount=cents(monthly * months),
        per_month=cents(monthly),
        months=months,
        working=(
            f"{count(hours_per_day)} h a day × {count(engineers)} {people} × "
            f"{count(working_days_per_year)} working days × "
            f"{written(hourly_rate)} an hour ÷ 12 = {written(cents(monthly))} a "
            f"month, × {months} of {horizon_months} months live"
        ),
    )


def opportunity_cost(
    *,
    value_per_month: Decimal,
    months_until_live: int,
    builders: Decimal = Decimal(0),
    earned_per_builder_month: Decimal = Decimal(0),
    horizon_months: int | None = None,
) -> OpportunityCost:
    """Price the wait: the value not had, and what its builders would have earned.

    Months past the horizon do not count, as they do not for the value.
    """
    for name, number in (
        ("value per month", value_per_month),
        ("builders", builders),
        ("earning per builder", earned_per_builder_month),
    ):
        _not_negative(name, number)
    if months_until_live < 0:
        raise ValueError("The months until it is live must be 0 or more.")
    months = months_until_live
    if horizon_months is not None:
        months = min(months, horizon_months)
    not_had = cents(Fraction(value_per_month) * months)
    elsewhere = cents(Fraction(builders) * Fraction(earned_per_builder_month) * months)
    return OpportunityCost(
        amount=not_had + elsewhere,
        value_not_had=not_had,
        earned_elsewhere=elsewhere,
        working=" + ".join(
            part
            for part, counts in (
                (f"{months} months × {written(value_per_month)} not had", not_had),
                (
                    f"{months} months × {count(builders)} builders × "
                    f"{written(earned_per_builder_month)} earned elsewhere",
                    elsewhere,
                ),
            )
            if counts
        )
        or f"{months} months without it, at no value a month",
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """What a candidate is worth, what waiting for it costs, and what is missing.

    The opportunity cost is there as soon as one of its two parts is known; what is
    ``missing`` is then not in it.
    """

    value: HoursValue | None
    opportunity: OpportunityCost | None
    missing: tuple[str, ...]


def worth(
    *,
    hours_saved: Decimal | None,
    months_to_live: Decimal | None,
    engineers: int | None,
    hourly_rate: Decimal | None,
    working_days: int,
    horizon_months: int,
    builders: Decimal | None = None,
    builder_earnings: Decimal | None = None,
    people: str = "engineers",
) -> Worth:
    """Count value and opportunity cost from what is known; unsaid is never zero.

    A month begun without it is a month without it. Builders are asked for only where
    there are some: nobody builds what is bought.
    """
    wanted = {
        "months until it is live": months_to_live,
        "hours saved": hours_saved,
        f"{people} in the brief": engineers,
        "a loaded hourly rate": hourly_rate,
    }
    if builders:
        wanted["what a builder earns elsewhere"] = builder_earnings
    missing = tuple(name for name, number in wanted.items() if number is None)
    if months_to_live is None:
        return Worth(None, None, missing)
    months = math.ceil(months_to_live)
    value = None
    if hours_saved is not None and engineers is not None and hourly_rate is not None:
        value = value_of_hours(
            hours_per_day=hours_saved,
            engineers=Decimal(engineers),
            working_days_per_year=Decimal(working_days),
            hourly_rate=hourly_rate,
            horizon_months=horizon_months,
            live_from_month=min(months, horizon_months),
            people=people,
        )
    opportunity = None
    if value is not None or (builders and builder_earnings is not None):
        opportunity = opportunity_cost(
            value_per_month=value.per_month if value else Decimal(0),
            months_until_live=months,
            builders=builders or Decimal(0),
            earned_per_builder_month=builder_earnings or Decimal(0),
            horizon_months=horizon_months,
        )
    return Worth(value, opportunity, missing)


def count(number: Decimal) -> str:
    """Write what is no money: without trailing zeros."""
    return plain(Fraction(number))


def _not_negative(name: str, number: Decimal) -> None:
    if not number.is_finite() or number < 0:
        raise ValueError(f"The {name} must be 0 or more, not {number}.")
