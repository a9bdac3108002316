"""What hours saved are worth and what waiting costs."""

from decimal import Decimal

import pytest

from vendors.costs import HoursValue, opportunity_cost, value_of_hours


def saved(live_from: int = 0, hours: str = "0.5") -> HoursValue:
    return value_of_hours(
        hours_per_day=Decimal(hours),
        engineers=Decimal(10),
        working_days_per_year=Decimal(220),
        hourly_rate=Decimal(90),
        horizon_months=36,
        live_from_month=live_from,
    )


def test_value_counts_from_the_month_the_candidate_is_live() -> None:
    assert saved().per_month == 8250
    assert saved().amount == 36 * 8250
    assert saved(live_from=6).amount == 30 * 8250
    assert "30 of 36 months live" in saved(live_from=6).working


def test_nothing_is_saved_past_the_horizon() -> None:
    assert saved(live_from=40).amount == 0


def test_opportunity_cost_is_the_value_not_had_and_what_builders_would_earn() -> None:
    cost = opportunity_cost(
        value_per_month=saved().per_month,
        months_until_live=9,
        builders=Decimal(2),
        earned_per_builder_month=Decimal(15000),
    )
    assert cost.value_not_had == 74250
    assert cost.earned_elsewhere == 270000
    assert cost.amount == 344250


def test_waiting_past_the_horizon_costs_no_more_than_the_horizon() -> None:
    cost = opportunity_cost(
        value_per_month=Decimal(10), months_until_live=50, horizon_months=36
    )
    assert cost.amount == 360


def test_value_and_waiting_add_up_to_the_whole_horizon() -> None:
    waited = opportunity_cost(value_per_month=saved().per_month, months_until_live=7)
    assert saved(live_from=7).amount + waited.value_not_had == saved().amount


def test_negative_figures_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="hours saved"):
        saved(hours="-1")
    with pytest.raises(ValueError, match="delay"):
        saved(live_from=-1)
    with pytest.raises(ValueError, match="months until"):
        opportunity_cost(value_per_month=Decimal(1), months_until_live=-1)
