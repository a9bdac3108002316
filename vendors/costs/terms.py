"""The terms of an evaluation that every line is counted with."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vendors.costs.kinds import CostKind, Line, Recurrence

LONGEST_HORIZON = 600
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """Horizon, factors as exact shares, and the currency of every total."""

    horizon_months: int
    planning_factor: Fraction
    discount: Fraction
    currency: str


def read_terms(
    horizon: int,
    factor: Decimal,
    discount: Decimal,
    currency: str,
) -> Terms:
    """Check the terms; ``ValueError`` says which of them makes no sense."""
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


def rate_of(line: Line, currency: str) -> Fraction | None:
    """Return what one unit of the line's currency is in the base; None if unknown."""
    if line.currency == currency:
        return Fraction(1)
    return None if line.rate_to_base is None else Fraction(line.rate_to_base)


def payments(line: Line, terms: Terms, rise: Fraction = Fraction(0)) -> Fraction:
    """Count the payments over the horizon, each weighed by its year's rates.

    `rise` is the share by which the price goes up each year after the first.
    """
    factor = factor_of(line, terms)
    if line.recurrence == Recurrence.ONCE:
        return factor
    count = Fraction(0)
    for year, first in enumerate(range(0, terms.horizon_months, MONTHS)):
        months = min(MONTHS, terms.horizon_months - first)
        paid = months if line.recurrence == Recurrence.MONTHLY else 1
        count += paid * ((1 + rise) / (1 + terms.discount)) ** year
    return factor * count


def payments_in_a_year(line: Line, terms: Terms) -> Fraction:
    """Count the payments of a full year at today's prices; 0 for what is paid once."""
    if line.recurrence == Recurrence.ONCE:
        return Fraction(0)
    monthly = line.recurrence == Recurrence.MONTHLY
    return factor_of(line, terms) * (MONTHS if monthly else 1)


def factor_of(line: Line, terms: Terms) -> Fraction:
    """Return the planning factor for engineer time, and 1 for all else."""
    is_work = line.kind == CostKind.ENGINEER_TIME
    return terms.planning_factor if is_work else Fraction(1)


def plain(value: Fraction) -> str:
    """Write a number without trailing zeros."""
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def percent(value: Fraction) -> str:
    """Write a share as per cent."""
    return f"{plain(value * 100)}%"


def cents(value: Fraction) -> Decimal:
    """Round to the cent, halves up."""
    whole = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return Decimal(whole).scaleb(-2)
