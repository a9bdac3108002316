"""A renewal rise in per cent a year: what the lines that rise cost more by it.

The percentage is the line's low, likely and high amount; its quantity, currency and
rhythm say nothing.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from evaltracker.money import written
from vendors.costs.lines import CostKind, Line, LineState, Pricing, Recurrence
from vendors.costs.totals import (
    MONTHS,
    CostRow,
    Terms,
    cents,
    payments,
    percent,
    plain,
    price_of,
    rate_of,
)

# What the other side may raise at renewal: everything that it invoices again and
# again. Own people and own machines do not follow a vendor's price list.
RISING = frozenset({CostKind.LICENCE, CostKind.SUPPORT, CostKind.SECURITY_EXTRAS})
# More years than these are told by the last one alone.
_TOLD_YEARS = 5


def is_percentage(line: Line) -> bool:
    """Say whether the line is a rise in per cent rather than a price."""
    return line.state == LineState.PRICED and line.pricing == Pricing.PERCENT


def risen(line: Line, lines: Sequence[Line], terms: Terms) -> CostRow:
    """Count what a rise adds to the others of a candidate's lines.

    The row is known, but without amounts, while nothing that rises has a price.
    """
    lifted = [line for line in lines if _rises(line, terms)]
    exact = [_exactly(line, terms) for line in lifted]
    low, likely, high = (
        cents(
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
    return CostRow(
        kind=line.kind,
        state=line.state,
        low=low if known else None,
        likely=likely if known else None,
        high=high if known else None,
        working=_words(line, lifted, terms),
        name=line.name,
        once=False,
    )


def likely_rises(lines: Iterable[Line]) -> tuple[Fraction, ...]:
    """Return the likely rises among the lines, as shares a year."""
    return tuple(share_of(line.amounts[1]) for line in lines if is_percentage(line))


def more_by(line: Line, rise: Fraction, terms: Terms) -> Fraction:
    """Count the payments over the horizon that a rise adds to a line's own."""
    if line.kind not in RISING:
        return Fraction(0)
    return payments(line, terms, rise) - payments(line, terms)


def share_of(rate: Decimal) -> Fraction:
    """Return per cent as a share."""
    return Fraction(rate) / 100


def _rises(line: Line, terms: Terms) -> bool:
    return (
        line.kind in RISING
        and line.state == LineState.PRICED
        and line.recurrence != Recurrence.ONCE
        # A credit is what it is; nobody raises it.
        and line.amounts[0] >= 0
        and rate_of(line, terms.currency) is not None
    )


def _exactly(line: Line, terms: Terms) -> tuple[Fraction, Fraction, Fraction]:
    rate = rate_of(line, terms.currency) or Fraction(0)
    low, likely, high = price_of(line)
    return low * rate, likely * rate, high * rate


def _words(line: Line, lifted: Sequence[Line], terms: Terms) -> str:
    low, likely, high = (plain(Fraction(amount)) for amount in line.amounts)
    either = "" if low == high else f" ({low} to {high}%)"
    words = f"{likely}%{either} a year from the second year on"
    if not lifted:
        return f"{words}; nothing that it lifts has a price yet"
    parts = " + ".join(
        f"{line.name} {written(cents(exact * payments(line, terms)))}"
        for line, (_, exact, _) in ((line, _exactly(line, terms)) for line in lifted)
    )
    words += f", on {parts}"
    years = -(-terms.horizon_months // MONTHS)
    if years == 1:
        return f"{words}; the horizon ends before it"
    words += f" over {terms.horizon_months} months: {_by_year(line, years)}"
    if terms.discount:
        words += f", discounted {percent(terms.discount)} a year"
    return words


def _by_year(line: Line, years: int) -> str:
    share = share_of(line.amounts[1])
    told = range(2, years + 1) if years <= _TOLD_YEARS else (years,)
    up_to = "" if years <= _TOLD_YEARS else "up to "
    return ", ".join(
        f"{up_to}+{plain(round(((1 + share) ** (year - 1) - 1) * 100, 2))}% "
        f"in year {year}"
        for year in told
    )
