"""Rises, totals and curves over the horizon, the budget, points and payments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from evaltracker.money import written
from vendors.costs import line_costs
from vendors.costs.kinds import CostKind, LineState, asked_kinds
from vendors.costs.lines import (
    CostLineFacts,
    Money3,
    Pricing,
    Recurrence,
    amounts_at,
    check_shares,
    read_decimal,
)

# A renewal rise in per cent a year: what the lines that rise cost more by it.
#
# The percentage is the line's low, likely and high amount; its quantity, currency and
# rhythm say nothing.

# More years than these are told by the last one alone.
_TOLD_YEARS = 5


def is_percentage(line: CostLineFacts) -> bool:
    return line.state == LineState.PRICED and line.pricing == Pricing.PERCENT


def risen(
    line: CostLineFacts, lines: Sequence[CostLineFacts], terms: line_costs.Terms
) -> line_costs.CostRow:
    """Count what a rise adds to the others of a candidate's lines.

    The row is known, but without amounts, while nothing that rises has a price.
    """
    lifted = [line for line in lines if _rises(line, terms)]
    exact = [_exactly(line, terms) for line in lifted]
    low, likely, high = (
        line_costs.cents(
            sum(
                (
                    price[end] * more_by(line, share_of(rate), terms)
                    for line, price in zip(lifted, exact, strict=True)
                ),
                Fraction(0),
            )
        )
        for end, rate in enumerate(line.amounts)
    )
    known = bool(lifted)
    return line_costs.CostRow(
        kind=line.kind,
        state=line.state,
        low=low if known else None,
        likely=likely if known else None,
        high=high if known else None,
        working=_rise_working(line, lifted, terms),
        name=line.name,
        once=False,
        part=line.label,
    )


def more_by(line: CostLineFacts, rise: Fraction, terms: line_costs.Terms) -> Fraction:
    if not line.kind.rises:
        return Fraction(0)
    return line_costs.payments(line, terms, rise) - line_costs.payments(line, terms)


def share_of(rate: Decimal) -> Fraction:
    return Fraction(rate) / 100


def _rises(line: CostLineFacts, terms: line_costs.Terms) -> bool:
    return (
        line.kind.rises
        and line.state == LineState.PRICED
        and line.recurrence != Recurrence.ONCE
        # A credit is what it is; nobody raises it.
        and line.amounts[0] >= 0
        and line_costs.rate_of(line, terms.currency) is not None
    )


def _exactly(
    line: CostLineFacts, terms: line_costs.Terms
) -> tuple[Fraction, Fraction, Fraction]:
    rate = line_costs.rate_of(line, terms.currency) or Fraction(0)
    low, likely, high = line_costs.price_of(line)
    return low * rate, likely * rate, high * rate


def _rise_working(
    line: CostLineFacts, lifted: Sequence[CostLineFacts], terms: line_costs.Terms
) -> str:
    low, likely, high = (line_costs.plain(Fraction(amount)) for amount in line.amounts)
    either = "" if low == high else f" ({low} to {high}%)"
    working = f"{likely}%{either} a year from the second year on"
    if not lifted:
        return f"{working}; nothing that it lifts has a price yet"
    parts = " + ".join(
        f"{line.name} {written(line_costs.cents(exact * line_costs.payments(line, terms)))}"
        for line, (_, exact, _) in ((line, _exactly(line, terms)) for line in lifted)
    )
    working += f", on {parts}"
    years = -(-terms.horizon_months // line_costs.MONTHS)
    if years == 1:
        return f"{working}; the horizon ends before it"
    working += f" over {terms.horizon_months} months: {_by_year(line, years)}"
    if terms.discount:
        working += f", discounted {line_costs.percent(terms.discount)} a year"
    return working


def _by_year(line: CostLineFacts, years: int) -> str:
    share = share_of(line.amounts[1])
    shown = range(2, years + 1) if years <= _TOLD_YEARS else (years,)
    up_to = "" if years <= _TOLD_YEARS else "up to "
    return ", ".join(
        f"{up_to}+{line_costs.plain(round(((1 + share) ** (year - 1) - 1) * 100, 2))}% "
        f"in year {year}"
        for year in shown
    )


@dataclass(frozen=True, slots=True)
class CostCoverage:
    known: int
    total: int
    unsaid: tuple[CostKind, ...]
    excluded: tuple[CostKind, ...]


@dataclass(frozen=True, slots=True)
class TotalCost:
    """The sum of the rows. It is a floor, not a total, unless ``complete``; there is
    none where nothing is asked and nothing priced."""

    low: Decimal
    likely: Decimal
    high: Decimal
    currency: str
    rows: tuple[line_costs.CostRow, ...]
    coverage: CostCoverage

    @property
    def is_priced(self) -> bool:
        return any(row.likely is not None for row in self.rows)

    @property
    def complete(self) -> bool:
        return not self.coverage.unsaid

    @property
    def caution(self) -> str:
        unsaid, excluded = self.coverage.unsaid, self.coverage.excluded
        parts = []
        if unsaid:
            names = ", ".join(kind.name for kind in unsaid)
            parts.append(
                f"Incomplete: {len(unsaid)} of {self.coverage.total} kinds of cost "
                f"are not known ({names}), so the real total is higher or unknown."
            )
        if excluded:
            names = ", ".join(kind.name for kind in excluded)
            parts.append(f"Not part of the offer: {names}.")
        return " ".join(parts)


def total_cost(
    lines: Iterable[CostLineFacts],
    *,
    kinds: Sequence[CostKind],
    candidate_kind: str,
    currency: str,
    horizon_months: int,
    planning_factor: Decimal = Decimal(1),
    discount_rate: Decimal = Decimal(0),
) -> TotalCost:
    """Add up what is priced and name what is not.

    1. A line is paid once (in the first year), every month, or at the start of
       each year begun; tiers make the price of its quantity.
    2. A kind that counts as work is multiplied by the planning factor.
    3. A rise in per cent a year is a row of its own: what the kinds that rise cost
       more from the second year on.
    4. ``discount_rate`` (% per year) lowers later years; the first stays as is.
    5. What is asked and known says ``vendors.costs.kinds``.

    Rows are rounded to the cent and the totals are their sums, so low is never
    above likely nor likely above high, and the order of lines never matters.
    """
    terms = line_costs.read_terms(
        horizon_months, planning_factor, discount_rate, currency
    )
    all_lines = tuple(lines)
    rows = tuple(
        risen(line, all_lines, terms)
        if is_percentage(line)
        else line_costs.cost_row(line, terms)
        for line in all_lines
    )
    return TotalCost(
        low=sum((row.low or Decimal(0) for row in rows), Decimal(0)),
        likely=sum((row.likely or Decimal(0) for row in rows), Decimal(0)),
        high=sum((row.high or Decimal(0) for row in rows), Decimal(0)),
        currency=currency,
        rows=rows,
        coverage=_coverage(rows, kinds, candidate_kind),
    )


def _coverage(
    rows: tuple[line_costs.CostRow, ...], kinds: Sequence[CostKind], candidate_kind: str
) -> CostCoverage:
    asked = asked_kinds(kinds, candidate_kind, (row.said for row in rows))
    return CostCoverage(
        known=sum(row.known for row in asked),
        total=len(asked),
        unsaid=tuple(row.kind for row in asked if not row.known),
        excluded=tuple(row.kind for row in asked if row.states == {LineState.EXCLUDED}),
    )


_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cliff:
    """A volume above which the likely total is another one at once."""

    above: Decimal
    before: Decimal
    after: Decimal
    working: str

    @property
    def jump(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Curve:
    """The likely total by volume: straight between its points, jumping where two
    points share a volume."""

    unit: str
    names: tuple[str, ...]
    volume: Decimal
    points: tuple[tuple[Decimal, Decimal], ...]
    cliffs: tuple[Cliff, ...]

    @property
    def next_cliff(self) -> Cliff | None:
        return next(
            (cliff for cliff in self.cliffs if cliff.above >= self.volume), None
        )


def curves(
    total: TotalCost, lines: Sequence[CostLineFacts], terms: line_costs.Terms
) -> tuple[Curve, ...]:
    """Draw a curve for every volume that a tiered price hangs on.

    Lines in the same unit and quantity grow together (a licence and its single
    sign-on, both for 25 users); all others stay as they are. Lines in a currency
    without a rate have no curve.
    """
    counted = [line for line in lines if _counts(line, terms)]
    rises = tuple(share_of(line.amounts[1]) for line in lines if is_percentage(line))
    tiered = [line for line in counted if line.pricing != Pricing.PER_UNIT]
    volumes = dict.fromkeys((_unit(line), line.quantity) for line in tiered)
    return tuple(
        _curve(
            total,
            [
                line
                for line in counted
                if (_unit(line), line.quantity) == (unit, volume)
                and (unit or line.pricing != Pricing.PER_UNIT)
            ],
            Counting(terms, rises),
        )
        for unit, volume in volumes
    )


@dataclass(frozen=True, slots=True)
class Counting:
    terms: line_costs.Terms
    rises: tuple[Fraction, ...]


def _curve(total: TotalCost, moved: Sequence[CostLineFacts], how: Counting) -> Curve:
    volume = moved[0].quantity
    now = sum((_likely(line, volume, how) for line in moved), _ZERO)
    rest = total.likely - now
    thresholds = sorted({tier.above for line in moved for tier in line.tiers})
    end = (max(thresholds[-1], volume) * Decimal("1.25")).to_integral_value(ROUND_UP)
    points: list[tuple[Decimal, Decimal]] = []
    cliffs = []
    for at in sorted({_ZERO, volume, end, *thresholds}):
        before = rest + sum((_likely(line, at, how) for line in moved), _ZERO)
        after = rest + sum(
            (_likely(line, at, how, just_above=True) for line in moved), _ZERO
        )
        points.append((at, before))
        if after != before:
            points.append((at, after))
        if after != before and at:
            cliffs.append(Cliff(at, before, after, _jumps(moved, at, how)))
    names = tuple(line.name for line in moved)
    return Curve(_unit(moved[0]), names, volume, tuple(points), tuple(cliffs))


def _likely(
    line: CostLineFacts, volume: Decimal, how: Counting, *, just_above: bool = False
) -> Decimal:
    terms = how.terms
    rate = line_costs.rate_of(line, terms.currency) or Fraction(0)
    paid = line_costs.payments(line, terms)
    paid += sum((more_by(line, rise, terms) for rise in how.rises), Fraction(0))
    price = amounts_at(
        line.amounts, line.pricing, line.tiers, Fraction(volume), just_above=just_above
    )
    return line_costs.cents(price[1] * paid * rate)


def _jumps(moved: Iterable[CostLineFacts], at: Decimal, how: Counting) -> str:
    parts = []
    for line in moved:
        before = _likely(line, at, how)
        after = _likely(line, at, how, just_above=True)
        if before != after:
            parts.append(f"{line.name} {written(before)} → {written(after)}")
    return ", ".join(parts)


def _counts(line: CostLineFacts, terms: line_costs.Terms) -> bool:
    priced = line.state == LineState.PRICED and not is_percentage(line)
    return priced and line_costs.rate_of(line, terms.currency) is not None


def _unit(line: CostLineFacts) -> str:
    return line.unit.strip().casefold()


class BudgetVerdict(StrEnum):
    INSIDE = "inside"
    COULD_BE_OVER = "could be over"
    OVER = "over"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the envelope against what a candidate costs.

    ``by`` is how far over (at the high amount if it only could be over), or what is
    left to spare when inside. ``complete`` is false while kinds of cost are unsaid:
    what is inside is so only as far as it is known.
    """

    name: str
    limit: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal
    verdict: BudgetVerdict
    by: Decimal
    complete: bool
    working: str

    @property
    def sentence(self) -> str:
        amount = written(self.by)
        if self.verdict == BudgetVerdict.NOT_KNOWN:
            return "not known: no price"
        if self.verdict == BudgetVerdict.OVER:
            return f"over by {amount}"
        open_kinds = "" if self.complete else ", as far as it is known"
        if self.verdict == BudgetVerdict.COULD_BE_OVER:
            return f"could be over by {amount} (high){open_kinds}"
        return f"inside, {amount} to spare{open_kinds}"


def envelope(
    total: TotalCost,
    *,
    whole: Decimal | None = None,
    once: Decimal | None = None,
    yearly: Decimal | None = None,
) -> tuple[Limit, ...]:
    """Hold a candidate's total against each limit that was set.

    *Over* if the likely amount is above the limit, *could be over* if only the high
    one is. A year is a full one at today's prices, neither risen nor discounted.
    """
    at_once = tuple(row for row in total.rows if row.once)
    limits = []
    if whole is not None:
        parts = tuple((row, row.amounts) for row in total.rows)
        limits.append(_limit("over the horizon", whole, parts, total))
    if once is not None:
        paid = tuple((row, row.amounts) for row in at_once)
        limits.append(_limit("paid once", once, paid, total))
    if yearly is not None:
        recurring = tuple((row, row.yearly) for row in total.rows)
        limits.append(_limit("a year", yearly, recurring, total))
    return tuple(limits)


def _limit(
    name: str,
    limit: Decimal,
    parts: tuple[tuple[line_costs.CostRow, Money3 | None], ...],
    total: TotalCost,
) -> Limit:
    counted = [(row, amounts) for row, amounts in parts if amounts is not None]
    low, likely, high = (
        sum((amounts[place] for _, amounts in counted), _ZERO) for place in range(3)
    )
    if not total.is_priced:
        verdict, by = BudgetVerdict.NOT_KNOWN, _ZERO
    elif likely > limit:
        verdict, by = BudgetVerdict.OVER, likely - limit
    elif high > limit:
        verdict, by = BudgetVerdict.COULD_BE_OVER, high - limit
    else:
        verdict, by = BudgetVerdict.INSIDE, limit - likely
    terms = [f"{row.name} {written(amounts[1])}" for row, amounts in counted]
    return Limit(
        name=name,
        limit=limit,
        low=low,
        likely=likely,
        high=high,
        verdict=verdict,
        by=by,
        complete=total.complete,
        working=f"{' + '.join(terms) or 'nothing'} = {written(likely)}",
    )


def price_points[K](
    prices: Mapping[K, Decimal],
    *,
    most: Decimal = Decimal(100),
    ceiling: Decimal | None = None,
) -> dict[K, Fraction | None]:
    """Return lowest price × most points ÷ price; None for what is above the ceiling.

    The formula of many public purchases, such as the State of Alaska's (request for
    proposals “ARIES Automated Renewals”, 2021, section 6.11). A price above the
    ceiling is out and does not set the lowest. A price of 0, or one that credits bring
    below it, earns all points; nothing can be had beside it. Exact; the page rounds.
    """
    if any(not price.is_finite() for price in prices.values()):
        raise ValueError("A price must be a number.")
    running = {
        key: max(price, Decimal(0))
        for key, price in prices.items()
        if ceiling is None or price <= ceiling
    }
    lowest = Fraction(min(running.values(), default=Decimal(0)))
    points: dict[K, Fraction | None] = dict.fromkeys(prices)
    for key, price in running.items():
        share = lowest / Fraction(price) if price else Fraction(1)
        points[key] = Fraction(most) * share
    return points


MOST_PAYMENTS = 20


def split(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Split an amount in whole cents by its shares; the parts sum to it exactly.

    Each part is the share rounded down, and the cents that are left go one by one to
    the largest remainders, the earlier payment first. Refuses what `check_shares` does.
    """
    check_shares(shares)
    exact = [Fraction(amount) * Fraction(share) for share in shares]  # in cents
    parts = [int(share) for share in exact]
    left = int(amount * 100) - sum(parts)
    by_remainder = sorted(
        range(len(parts)), key=lambda place: (parts[place] - exact[place], place)
    )
    for place in by_remainder[:left]:
        parts[place] += 1
    return tuple(Decimal(part).scaleb(-2) for part in parts)


def read_payments(text: str) -> tuple[tuple[Decimal, str], ...]:
    """Read a plan as people type it, one payment a line: “45.55 on delivery”.

    Anything else, and shares that do not sum to 100%, raise ``ValueError`` with the
    sentence for the person. No line at all is no plan.
    """
    parts = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        share, _, when = line.strip().partition(" ")
        try:
            parts.append((read_decimal(share.removesuffix("%")), when.strip(" %")))
        except ValueError:
            raise ValueError(
                f"Payment line {number}: begin it with the share in percent, such as "
                "“45.55 on delivery”."
            ) from None
        if not parts[-1][1]:
            raise ValueError(f"Payment line {number}: say when it is paid.")
    if len(parts) > MOST_PAYMENTS:
        raise ValueError(f"At most {MOST_PAYMENTS} payments are kept.")
    if parts:
        check_shares(share for share, _ in parts)
    return tuple(parts)
