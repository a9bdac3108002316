"""Total cost over the horizon."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.costs import (
    CHECKLIST,
    CostKind,
    Line,
    LineState,
    Recurrence,
    TotalCost,
    total_cost,
)

YEAR = 12


def priced(
    kind: CostKind = CostKind.LICENCE, amount: str = "100", times: str = "once"
) -> Line:
    money = Decimal(amount)
    return Line(kind, LineState.PRICED, money, money, money, "USD", Recurrence(times))


def add(*lines: Line, months: int = YEAR, **terms: Decimal) -> TotalCost:
    return total_cost(
        lines,
        checklist=CHECKLIST["buy"],
        currency="USD",
        horizon_months=months,
        **terms,
    )


@st.composite
def any_line(draw: st.DrawFn) -> Line:
    kind, state = draw(st.sampled_from(CostKind)), draw(st.sampled_from(LineState))
    if state != LineState.PRICED:
        return Line(kind, state)
    low, likely, high = sorted(draw(st.tuples(*[st.decimals(0, 10**6, places=2)] * 3)))
    return Line(
        kind,
        state,
        low,
        likely,
        high,
        draw(st.sampled_from(("USD", "EUR"))),
        draw(st.sampled_from(Recurrence)),
        draw(st.decimals(0, 500, places=1)),
        draw(st.none() | st.decimals("0.01", 10, places=4)),
    )


def test_once_monthly_and_yearly_are_paid_as_often_as_they_fall_due() -> None:
    assert add(priced(times="once"), months=36).likely == 100
    assert add(priced(times="monthly"), months=18).likely == 1800
    assert add(priced(times="yearly"), months=36).likely == 300
    assert add(priced(times="yearly"), months=13).likely == 200


def test_a_renewal_rise_lifts_what_the_vendor_invoices_again() -> None:
    licence, upkeep = priced(times="yearly"), priced(CostKind.UPKEEP, times="yearly")
    assert add(licence, months=36, renewal_rise=Decimal(10)).likely == 331
    assert add(upkeep, months=36, renewal_rise=Decimal(10)).likely == 300


def test_later_years_are_discounted_and_the_first_is_not() -> None:
    cost = add(
        priced(amount="121", times="yearly"), months=36, discount_rate=Decimal(10)
    )
    assert cost.likely == 121 + 110 + 100


def test_engineer_time_is_multiplied_by_the_planning_factor() -> None:
    work = priced(CostKind.ENGINEER_TIME)
    cost = add(work, priced(CostKind.SETUP), planning_factor=Decimal("1.5"))
    assert cost.likely == 250
    assert "planning factor 1.5" in cost.rows[0].working


def test_unsaid_is_named_and_never_taken_for_zero() -> None:
    cost = add(priced(), Line(CostKind.SETUP, LineState.INCLUDED))
    assert not cost.complete
    assert (cost.coverage.known, cost.coverage.total) == (2, 11)
    assert CostKind.EXIT in cost.coverage.unsaid
    assert "9 of 11 kinds of cost are not known" in cost.caution
    half_said = add(priced(), Line(CostKind.LICENCE))
    assert CostKind.LICENCE in half_said.coverage.unsaid


def test_a_checklist_with_every_kind_known_is_complete() -> None:
    lines = [Line(kind, LineState.INCLUDED) for kind in CHECKLIST["buy"]]
    lines[-1] = priced(CostKind.TRAINING)
    cost = add(*lines, renewal_rise=Decimal(0))
    assert cost.complete
    assert cost.caution == ""
    without = add(Line(CostKind.EXIT, LineState.EXCLUDED))
    assert without.caution.endswith("Not part of the offer: exit.")


def test_a_foreign_price_without_a_rate_is_not_known() -> None:
    euro = replace(priced(), currency="EUR")
    assert add(euro).likely == 0
    assert CostKind.LICENCE in add(euro).coverage.unsaid
    assert add(replace(euro, rate_to_base=Decimal("1.1"))).likely == 110


@given(st.lists(any_line(), max_size=8), st.integers(1, 72))
def test_low_likely_and_high_keep_their_order(lines: list[Line], months: int) -> None:
    cost = add(*lines, months=months, discount_rate=Decimal(7))
    assert 0 <= cost.low <= cost.likely <= cost.high
    assert cost.likely == sum(row.likely or 0 for row in cost.rows)
    turned = add(*reversed(lines), months=months, discount_rate=Decimal(7))
    assert (turned.low, turned.high) == (cost.low, cost.high)
    assert turned.coverage == cost.coverage


@given(st.lists(any_line(), max_size=8))
def test_what_adds_nothing_is_always_accounted_for(lines: list[Line]) -> None:
    cost = add(*lines)
    for row in cost.rows:
        silent = row.state == LineState.UNSAID
        assert (row.likely is None) == (row.state != LineState.PRICED)
        assert not silent or row.kind in cost.coverage.unsaid
    said = {line.kind for line in lines}
    assert set(CHECKLIST["buy"]) - said <= set(cost.coverage.unsaid)
    assert cost.complete == (cost.coverage.known == cost.coverage.total)


def test_terms_that_make_no_sense_are_refused() -> None:
    rise = priced(CostKind.RENEWAL_RISE)
    for lines, months, terms in (
        ((), 0, {}),
        ((), 12, {"planning_factor": Decimal(0)}),
        ((), 12, {"discount_rate": Decimal(-1)}),
        ((rise,), 12, {"renewal_rise": Decimal(5)}),
    ):
        with pytest.raises(ValueError, match=r"horizon|factor|discount|not both"):
            add(*lines, months=months, **terms)
