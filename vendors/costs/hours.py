"""What saved hours are worth, and what waiting costs."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.money import written
from vendors.costs.line_costs import cents, plain


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
