"""Rises, and totals over the horizon with what they leave out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.money import written
from vendors.costs import line_costs
from vendors.costs.kinds import CostKind, LineState, asked_kinds
from vendors.costs.lines import CostLineFacts

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
    if low == high:
        either = ""
    else:
        either = f" ({low} to {high}%)"
    working = f"{likely}%{either} a year from the second year on"
    if not lifted:
        return f"{working}; nothing that it lifts has a price yet"
    parts = []
    for lifted_line in lifted:
        exact = _exactly(lifted_line, terms)[1]
        in_all = line_costs.cents(exact * line_costs.payments(lifted_line, terms))
        parts.append(f"{lifted_line.name} {written(in_all)}")
    working += f", on {' + '.join(parts)}"
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
        unsaid = self.coverage.unsaid
        excluded = self.coverage.excluded
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
    coverages = asked_kinds(kinds, candidate_kind, (row.said for row in rows))
    return CostCoverage(
        known=sum(row.known for row in coverages),
        total=len(coverages),
        unsaid=tuple(row.kind for row in coverages if not row.known),
        excluded=tuple(
            row.kind for row in coverages if row.states == {LineState.EXCLUDED}
        ),
    )
