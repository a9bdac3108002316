"""What the hours saved are worth, and what waiting for them costs."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.money import written
from vendors.costs.total import cents


@dataclass(frozen=True, slots=True)
class Value:
    """Money over the horizon, and per month once the candidate is live."""

    amount: Decimal
    per_month: Decimal
    months: int
    working: str


@dataclass(frozen=True, slots=True)
class OpportunityCost:
    """What is not had while the candidate is being built or set up."""

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
) -> Value:
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
    return Value(
        amount=cents(monthly * months),
        per_month=cents(monthly),
        months=months,
        working=(
            f"{hours_per_day} h a day, {engineers} engineers, "
            f"{working_days_per_year} working days a year, "
            f"{written(hourly_rate)} an hour, {months} of {horizon_months} months live"
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
        working=(
            f"{months} months without {written(value_per_month)} a month, and "
            f"{builders} builders who would have earned "
            f"{written(earned_per_builder_month)} a month each"
        ),
    )


def _not_negative(name: str, number: Decimal) -> None:
    if not number.is_finite() or number < 0:
        raise ValueError(f"The {name} must be 0 or more, not {number}.")
