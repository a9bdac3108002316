"""What a quantity costs by tiers, and where the total jumps."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.enumerations import Pricing, Recurrence
from tests.it_kinds import it
from vendors.costs import (
    CostLineFacts,
    Curve,
    LineState,
    Tier,
    amounts_at,
    curves,
    read_terms,
    read_tiers,
    total_cost,
    write_tiers,
)

TEN = (Decimal(10), Decimal(10), Decimal(10))
BY_QUANTITY = [text for text in Pricing if text != Pricing.PERCENT]
TERMS = read_terms(12, Decimal(1), Decimal(0), "USD")
money = st.decimals(0, 1000, places=2)


def tier(above: int, price: str) -> Tier:
    return Tier(Decimal(above), *[Decimal(price)] * 3)


TIERS = (tier(100, "8"), tier(500, "5"))


def likely(pricing: Pricing, quantity: int, **at: bool) -> Fraction:
    return amounts_at(TEN, pricing, TIERS, Fraction(quantity), **at)[1]


@st.composite
def any_tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    thresholds = draw(st.sets(st.integers(1, 900), min_size=1, max_size=5))
    return tuple(
        Tier(Decimal(above), *sorted(draw(st.tuples(money, money, money))))
        for above in sorted(thresholds)
    )


def test_each_way_of_pricing_counts_a_quantity_its_own_way() -> None:
    assert likely(Pricing.GRADUATED, 600) == 100 * 10 + 400 * 8 + 100 * 5
    assert likely(Pricing.VOLUME, 600) == 600 * 5
    assert likely(Pricing.PACKAGE, 600) == 5
    assert amounts_at(TEN, Pricing.PER_UNIT, (), Fraction(600))[1] == 6000


def test_a_threshold_belongs_to_the_tier_that_it_ends() -> None:
    assert likely(Pricing.VOLUME, 100) == 1000
    assert likely(Pricing.VOLUME, 100, just_above=True) == 800
    assert likely(Pricing.VOLUME, 101) == 808
    assert likely(Pricing.PACKAGE, 0) == 0
    assert likely(Pricing.PACKAGE, 1) == 10


@given(any_tiers(), st.integers(0, 1000), st.integers(0, 1000))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_each_way_of_pricing_counts_a_quantity_its_own_way",
)
def test_a_graduated_price_has_no_jumps_and_never_falls(
    tiers: tuple[Tier, ...], few: int, more: int
) -> None:
    for tier in tiers:
        at = Fraction(tier.above)
        assert amounts_at(TEN, Pricing.GRADUATED, tiers, at) == amounts_at(
            TEN, Pricing.GRADUATED, tiers, at, just_above=True
        )
    few, more = sorted((few, more))
    less = amounts_at(TEN, Pricing.GRADUATED, tiers, Fraction(few))
    assert less <= amounts_at(TEN, Pricing.GRADUATED, tiers, Fraction(more))


@given(any_tiers(), st.sampled_from(Pricing), st.integers(0, 1000))
def test_low_likely_and_high_keep_their_order_at_every_volume(
    tiers: tuple[Tier, ...], pricing: Pricing, quantity: int
) -> None:
    low, middle, high = amounts_at(TEN, pricing, tiers, Fraction(quantity))
    assert 0 <= low <= middle <= high


@given(any_tiers())
def test_equal_tiers_are_no_tiers(tiers: tuple[Tier, ...]) -> None:
    flat = tuple(tier(int(one.above), "10") for one in tiers)
    for pricing in (Pricing.GRADUATED, Pricing.VOLUME):
        assert amounts_at(TEN, pricing, flat, Fraction(999))[1] == 9990


@given(any_tiers())
def test_tiers_read_back_as_they_were_written(tiers: tuple[Tier, ...]) -> None:
    assert read_tiers(write_tiers(tiers)) == tiers


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("100", "Tier line 1: write “100: 8” above 100 units"),
        ("100: 8\n\n500: 1 / 2", "Tier line 3"),
        ("100: $8", "“.8” is no number of one meaning"),
        ("100: 1.200", "Tier line 1: “1.200” is no number"),
    ],
)
def test_tiers_that_are_not_understood_are_asked_for(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_tiers(text)


LINE = CostLineFacts(
    it.licence,
    LineState.PRICED,
    *TEN,
    "USD",
    Recurrence.MONTHLY,
    Decimal(90),
    unit="user",
    pricing=Pricing.VOLUME,
    tiers=(tier(100, "12"),),
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tiers": ()}, "1 to 20"),
        ({"pricing": Pricing.PER_UNIT}, "has no tiers"),
        ({"tiers": (tier(0, "1"),)}, "the first above 0"),
        ({"tiers": (tier(9, "1"), tier(9, "1"))}, "above the one before"),
        ({"tiers": (replace(tier(9, "1"), low=Decimal(2)),)}, "in that order"),
        ({"tiers": (replace(tier(9, "1"), low=Decimal(-2)),)}, "0 or more"),
    ],
)
def test_tiers_that_contradict_themselves_are_refused(
    change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(LINE, **change)  # type: ignore[arg-type]


def drawn(*lines: CostLineFacts) -> tuple[Curve, ...]:
    total = total_cost(
        lines, kinds=(), candidate_kind="buy", currency="USD", horizon_months=12
    )
    return curves(total, lines, TERMS)


def test_a_cliff_tells_what_one_unit_more_costs_over_the_horizon() -> None:
    setup = CostLineFacts(it.setup, LineState.PRICED, *TEN, "USD")
    (curve,) = drawn(LINE, setup)
    (cliff,) = curve.cliffs
    assert [cliff.above, cliff.before, cliff.after] == [100, 12010, 14410]
    assert cliff.jump == 2400
    assert curve.next_cliff == cliff
    assert curve.points[0] == (Decimal(0), Decimal(10))
    assert (Decimal(90), Decimal(10810)) in curve.points


def test_what_is_counted_in_the_same_unit_grows_together() -> None:
    sso = replace(LINE, kind=it.security_extras, pricing=Pricing.PER_UNIT, tiers=())
    (curve,) = drawn(LINE, sso, replace(sso, quantity=Decimal(3)))
    assert curve.names == ("licence or usage", "security extras such as SSO")
    assert curve.points[0] == (Decimal(0), Decimal(3 * 10 * 12))


def test_a_graduated_price_and_one_without_a_rate_have_no_cliff() -> None:
    (curve,) = drawn(replace(LINE, pricing=Pricing.GRADUATED))
    assert curve.cliffs == ()
    assert drawn(replace(LINE, currency="EUR")) == ()
    assert "90 × 10 = 900 USD by user, monthly" in (
        total_cost(
            [LINE], kinds=(), candidate_kind="buy", currency="USD", horizon_months=12
        )
        .rows[0]
        .working.replace(" (first tier)", "")
    )


@given(
    st.lists(st.tuples(any_tiers(), st.sampled_from(BY_QUANTITY)), max_size=4),
    st.lists(st.integers(0, 30), max_size=1),
)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_graduated_price_and_one_without_a_rate_have_no_cliff",
)
def test_every_curve_passes_through_the_total(
    given: list[tuple[tuple[Tier, ...], Pricing]], rises: list[int]
) -> None:
    lines = [
        replace(LINE, pricing=how, tiers=tiers if how != Pricing.PER_UNIT else ())
        for tiers, how in given
    ]
    for rate in map(Decimal, rises):
        kind, state = it.renewal_rise, LineState.PRICED
        lines.append(
            CostLineFacts(kind, state, rate, rate, rate, "USD", pricing=Pricing.PERCENT)
        )
    total = total_cost(
        lines, kinds=(), candidate_kind="buy", currency="USD", horizon_months=36
    )
    terms = read_terms(36, Decimal(1), Decimal(0), "USD")
    for curve in curves(total, lines, terms):
        assert (curve.volume, total.likely) in curve.points
        assert sum(row.likely or 0 for row in total.rows) == total.likely
