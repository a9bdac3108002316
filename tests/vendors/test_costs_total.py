"""Total cost over the horizon."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.enumerations import Pricing, Recurrence
from tests.it_kinds import checklist, it
from vendors.costs import (
    IT,
    CostKind,
    CostLineFacts,
    LineState,
    Tier,
    TotalCost,
    total_cost,
)

YEAR = 12
# Whether a kind that is ruled out is asked, say the worked cases.
STATES = [state for state in LineState if state != LineState.NOT_APPLICABLE]


def priced(
    kind: CostKind = it.licence, amount: str = "100", times: str = "once"
) -> CostLineFacts:
    money = Decimal(amount)
    return CostLineFacts(
        kind, LineState.PRICED, money, money, money, "USD", Recurrence(times)
    )


def add(*lines: CostLineFacts, months: int = YEAR, **terms: Decimal) -> TotalCost:
    return total_cost(
        lines,
        kinds=IT,
        candidate_kind="buy",
        currency="USD",
        horizon_months=months,
        **terms,
    )


def rising(*rates: str) -> CostLineFacts:
    low, likely, high = map(Decimal, rates)
    return CostLineFacts(
        it.renewal_rise,
        LineState.PRICED,
        low,
        likely,
        high,
        "USD",
        pricing=Pricing.PERCENT,
    )


@st.composite
def any_line(draw: st.DrawFn) -> CostLineFacts:
    kind, state = draw(st.sampled_from(IT)), draw(st.sampled_from(STATES))
    if state != LineState.PRICED:
        return CostLineFacts(kind, state)
    low, likely, high = sorted(draw(st.tuples(*[st.decimals(0, 10**6, places=2)] * 3)))
    return CostLineFacts(
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


def any_rise() -> st.SearchStrategy[CostLineFacts]:
    rates = st.tuples(*[st.decimals(0, 100, places=2)] * 3)
    return rates.map(lambda it: rising(*map(str, sorted(it))))


def test_once_monthly_and_yearly_are_paid_as_often_as_they_fall_due() -> None:
    assert add(priced(times="once"), months=36).likely == 100
    assert add(priced(times="monthly"), months=18).likely == 1800
    assert add(priced(times="yearly"), months=36).likely == 300
    assert add(priced(times="yearly"), months=13).likely == 200


def test_a_renewal_rise_lifts_what_the_vendor_invoices_again() -> None:
    licence, upkeep = priced(times="yearly"), priced(it.upkeep, times="yearly")
    rise = rising("8", "10", "12")
    cost = add(licence, upkeep, rise, months=36)
    assert [row.likely for row in cost.rows] == [300, 300, 31]
    assert cost.rows[2].working == (
        "10% (8 to 12%) a year from the second year on, on licence or usage 300 over "
        "36 months: +10% in year 2, +21% in year 3"
    )
    assert (cost.low, cost.likely, cost.high) == (
        Decimal("624.64"),
        Decimal(631),
        Decimal("637.44"),
    )
    assert add(licence, rise, months=12).rows[1].likely == 0
    assert add(licence, rise, months=36, discount_rate=Decimal(10)).likely == 300
    decade = add(licence, rise, months=120).rows[1].working
    assert decade.endswith("over 120 months: up to +135.79% in year 10")


def test_a_rise_of_nothing_that_has_a_price_is_known_and_adds_nothing() -> None:
    cost = add(rising("5", "5", "5"), priced(), months=36)
    assert cost.rows[0].likely is None
    assert "nothing that it lifts" in cost.rows[0].working
    assert it.renewal_rise not in cost.coverage.unsaid


def test_only_the_renewal_rise_as_a_whole_is_a_percentage() -> None:
    rise = rising("5", "5", "5")
    for change, sentence in (
        ({"kind": it.licence}, "only the kind that counts as the price change"),
        ({"label": "seats"}, "names no part"),
        ({"high": Decimal(101)}, "at most 100%"),
        ({"tiers": (Tier(*[Decimal(1)] * 4),)}, "no tiers"),
    ):
        with pytest.raises(ValueError, match=sentence):
            replace(rise, **change)


def test_later_years_are_discounted_and_the_first_is_not() -> None:
    cost = add(
        priced(amount="121", times="yearly"), months=36, discount_rate=Decimal(10)
    )
    assert cost.likely == 121 + 110 + 100


def test_engineer_time_is_multiplied_by_the_planning_factor() -> None:
    work = priced(it.engineer_time)
    cost = add(work, priced(it.setup), planning_factor=Decimal("1.5"))
    assert cost.likely == 250
    assert "planning factor 1.5" in cost.rows[0].working


def test_unsaid_is_named_and_never_taken_for_zero() -> None:
    cost = add(priced(), CostLineFacts(it.setup, LineState.INCLUDED))
    assert not cost.complete
    assert (cost.coverage.known, cost.coverage.total) == (2, 11)
    assert it.exit in cost.coverage.unsaid
    assert "9 of 11 kinds of cost are not known" in cost.caution
    half_said = add(priced(), CostLineFacts(it.licence))
    assert it.licence in half_said.coverage.unsaid


def test_a_checklist_with_every_kind_known_is_complete() -> None:
    lines = [CostLineFacts(kind, LineState.INCLUDED) for kind in checklist("buy")]
    lines[-1] = rising("0", "0", "0")
    cost = add(*lines)
    assert cost.complete
    assert cost.caution == ""
    without = add(CostLineFacts(it.exit, LineState.EXCLUDED))
    assert without.caution.endswith("Not part of the offer: exit.")


def test_a_foreign_price_without_a_rate_is_not_known() -> None:
    euro = replace(priced(), currency="EUR")
    assert add(euro).likely == 0
    assert it.licence in add(euro).coverage.unsaid
    assert add(replace(euro, rate_to_base=Decimal("1.1"))).likely == 110


@given(st.lists(any_line() | any_rise(), max_size=8), st.integers(1, 72))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_once_monthly_and_yearly_are_paid_as_often_as_they_fall_due",
)
def test_low_likely_and_high_keep_their_order(
    lines: list[CostLineFacts], months: int
) -> None:
    cost = add(*lines, months=months, discount_rate=Decimal(7))
    assert 0 <= cost.low <= cost.likely <= cost.high
    assert cost.likely == sum(row.likely or 0 for row in cost.rows)
    turned = add(*reversed(lines), months=months, discount_rate=Decimal(7))
    assert (turned.low, turned.high) == (cost.low, cost.high)
    assert turned.coverage == cost.coverage


@given(st.lists(any_line(), max_size=8))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_once_monthly_and_yearly_are_paid_as_often_as_they_fall_due",
)
def test_what_adds_nothing_is_always_accounted_for(lines: list[CostLineFacts]) -> None:
    cost = add(*lines)
    for row in cost.rows:
        silent = row.state == LineState.UNSAID
        assert (row.likely is None) == (row.state != LineState.PRICED)
        assert not silent or row.kind in cost.coverage.unsaid
    said = {line.kind for line in lines}
    assert set(checklist("buy")) - said <= set(cost.coverage.unsaid)
    assert cost.complete == (cost.coverage.known == cost.coverage.total)


def test_terms_that_make_no_sense_are_refused() -> None:
    for months, terms in (
        (0, {}),
        (12, {"planning_factor": Decimal(0)}),
        (12, {"discount_rate": Decimal(-1)}),
    ):
        with pytest.raises(ValueError, match=r"horizon|factor|discount"):
            add(months=months, **terms)
