"""The envelope, price points, payment shares, and what is asked next."""

import csv
import datetime
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.enumerations import Recurrence
from evaltracker.rows.cells import Hints, Money, read_column
from tests.it_kinds import it
from vendors.costs import (
    IT,
    BudgetVerdict,
    CostKind,
    CostLineFacts,
    LineState,
    TotalCost,
    Why,
    asks,
    check_shares,
    envelope,
    is_old,
    price_points,
    read_payments,
    split,
    total_cost,
)

DATA = Path(__file__).parents[1] / "data"


def money(text: str) -> Money:
    (cell,) = read_column("money", [text], Hints(decimal=".", currency="USD"))
    return cell.value or Money()


def priced(
    kind: CostKind, *amounts: int, times: str = "once", **more: Any
) -> CostLineFacts:
    low, likely, high = map(Decimal, amounts * 3 if len(amounts) == 1 else amounts)
    return CostLineFacts(
        kind, LineState.PRICED, low, likely, high, "USD", Recurrence(times), **more
    )


def add(*lines: CostLineFacts, months: int = 36) -> TotalCost:
    return total_cost(
        lines,
        kinds=(it.setup, it.licence),
        candidate_kind="buy",
        currency="USD",
        horizon_months=months,
    )


COST = add(
    priced(it.setup, 40_000, 45_000, 60_000),
    priced(it.licence, 1_000, times="monthly", label="GPU"),
)


def test_what_is_paid_once_and_a_year_has_limits_of_its_own() -> None:
    whole, once, yearly = envelope(
        COST, whole=Decimal(85_000), once=Decimal(50_000), yearly=Decimal(11_000)
    )
    assert [limit.likely for limit in (whole, once, yearly)] == [81_000, 45_000, 12_000]
    assert whole.sentence == "could be over by 11,000 (high)"
    assert once.sentence == "could be over by 10,000 (high)"
    assert (yearly.verdict, yearly.sentence) == (BudgetVerdict.OVER, "over by 1,000")
    assert once.working == "set-up 45,000 = 45,000"
    assert yearly.working == "licence or usage (GPU) 12,000 = 12,000"
    assert whole.working == "set-up 45,000 + licence or usage (GPU) 36,000 = 81,000"


def test_inside_is_said_only_as_far_as_it_is_known() -> None:
    (limit,) = envelope(COST, whole=Decimal(100_000))
    assert limit.sentence == "inside, 19,000 to spare"
    (limit,) = envelope(add(priced(it.setup, 5)), whole=Decimal(100))
    assert limit.sentence == "inside, 95 to spare, as far as it is known"
    (limit,) = envelope(add(CostLineFacts(it.setup)), once=Decimal(1))
    assert limit.sentence == "not known: no price"
    assert envelope(COST) == ()


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), max_size=6))
def test_a_verdict_is_what_the_sum_says(limit: int, amounts: list[int]) -> None:
    cost = add(*(priced(it.exit, number) for number in (1, *amounts)))
    (once,) = envelope(cost, once=Decimal(limit))
    assert (once.verdict == BudgetVerdict.OVER) == (sum(amounts) + 1 > limit)
    assert once.by == abs(sum(amounts) + 1 - limit)


def test_the_published_price_points_come_out_and_the_ceiling_is_out() -> None:
    name = "rfp_alaska_aries/derived_cost_to_points_example.csv"
    rows = list(csv.DictReader((DATA / name).read_text().splitlines()))
    prices = {row["offeror"]: Decimal(row["price_usd"]) for row in rows}
    points = price_points(
        prices | {"too dear": Decimal(1_500_001)},
        most=Decimal(40),
        ceiling=Decimal(1_500_000),
    )
    assert points.pop("too dear") is None
    assert [f"{round(float(point or 0), 1):g}" for point in points.values()] == [
        row["points_as_published"] for row in rows
    ]
    at_it = {"at the ceiling": Decimal(1_500_000)}
    assert price_points(at_it, ceiling=Decimal(1_500_000)) == {"at the ceiling": 100}
    assert price_points({"credited": Decimal(-1)}) == {"credited": 100}
    with pytest.raises(ValueError, match="a number"):
        price_points({"x": Decimal("NaN")})


@given(st.dictionaries(st.text(), st.decimals(0, 10**9, places=2), min_size=1))
def test_the_cheapest_earns_all_points_and_dearer_is_never_better(
    prices: dict[str, Decimal],
) -> None:
    points = price_points(prices)
    assert max(point or 0 for point in points.values()) == 100
    ranked = sorted(prices, key=prices.__getitem__)
    earned = [points[key] or 0 for key in ranked]
    assert earned == sorted(earned, reverse=True)


def test_published_payment_shares_sum_to_a_hundred() -> None:
    tender = json.loads((DATA / "tender_prozorro" / "milestones.json").read_text())
    shares = [
        Decimal(str(milestone["percentage"]))
        for milestone in tender["milestones"]
        if milestone["type"] == "financing"
    ]
    assert shares == [Decimal("45.55"), Decimal("54.45")]
    check_shares(shares)
    assert split(Decimal("100001.01"), shares) == (
        Decimal("45550.46"),
        Decimal("54450.55"),
    )


@given(
    st.decimals(0, 10**9, places=2),
    st.lists(st.integers(1, 9_999), min_size=1, max_size=8),
)
def test_parts_sum_to_the_amount_and_are_within_a_cent_of_their_share(
    amount: Decimal, weights: list[int]
) -> None:
    shares = [Decimal(weight).scaleb(-3) for weight in weights]
    shares.append(100 - sum(shares, Decimal(0)))
    parts = split(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / 100) < Decimal("0.01")


def test_a_payment_plan_is_read_line_by_line() -> None:
    plan = read_payments("45.55 % on signing\n\n54.45 on delivery")
    assert plan == (
        (Decimal("45.55"), "on signing"),
        (Decimal("54.45"), "on delivery"),
    )
    assert read_payments(" \n") == ()
    for text, sentence in (
        ("half on signing", "begin it with the share"),
        ("100", "say when"),
        ("45.55 a\n54.44 b", "99.99%"),
        ("\n".join(["5 x"] * 21), "At most 20"),
    ):
        with pytest.raises(ValueError, match=sentence):
            read_payments(text)


@pytest.mark.parametrize(
    ("quoted", "today", "old"),
    [
        ("2026-05-24", "2026-11-24", False),
        ("2026-05-24", "2026-11-25", True),
        ("2026-08-31", "2027-02-28", False),
        ("2026-08-31", "2027-03-01", True),
    ],
)
def test_a_price_is_old_after_six_months(quoted: str, today: str, old: bool) -> None:
    day = datetime.date.fromisoformat
    assert is_old(day(quoted), day(today)) is old
    assert not is_old(None, day(today))


def test_each_kind_is_asked_about_for_its_most_urgent_reason() -> None:
    today = datetime.date(2026, 11, 24)
    lines = [
        priced(it.licence, 1),
        priced(it.setup, 1),
        CostLineFacts(it.setup, LineState.EXCLUDED),
        CostLineFacts(it.exit),
        CostLineFacts(it.training, LineState.EXCLUDED),
        CostLineFacts(it.support, LineState.INCLUDED),
        replace(priced(it.migration, 1), currency="EUR"),
    ]
    total = add(*lines)
    dated = [(row, datetime.date(2026, 1, 1)) for row in total.rows]
    found = {ask.why: ask.kinds for ask in asks(IT, "buy", dated, today)}
    assert found[Why.UNSAID] == (it.exit,)
    assert found[Why.NO_RATE] == (it.migration,)
    assert found[Why.OLD] == (it.licence, it.setup)
    assert found[Why.EXCLUDED] == (it.training,)
    assert it.onboarding in found[Why.NOT_ASKED]
    assert it.support not in {kind for pair in found.values() for kind in pair}


def test_real_prices_of_single_sign_on_are_added_only_where_they_are_said() -> None:
    rows = csv.DictReader(
        (DATA / "costs_sso_tax" / "prices.csv").read_text("utf-8").splitlines()
    )
    by_name = {row["name"]: row for row in rows}
    for name, known in (("Airtable", True), ("Attio", False)):
        parsed = money(by_name[name]["sso_pricing"])
        line = CostLineFacts(it.licence)
        if parsed.amount is not None:
            line = replace(
                priced(it.licence, 1, times="monthly", unit=parsed.unit or ""),
                low=parsed.amount,
                likely=parsed.amount,
                high=parsed.amount,
                quantity=Decimal(25),
            )
        cost = add(line, months=12)
        assert (it.licence not in cost.coverage.unsaid) is known
        assert cost.likely == (18_000 if known else 0)


def test_a_real_price_sheet_adds_up_to_what_its_rows_say() -> None:
    text = (DATA / "price_sheets_gsa" / "s70_sample.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))[1:]
    column = next(name for name in rows[0] if "PRICE OFFERED" in name)
    rates = [money(f"{row[column]}/hour").amount or 0 for row in rows]
    lines = [
        priced(it.engineer_time, 1, quantity=Decimal(rate), unit="Hour")
        for rate in rates
    ]
    assert add(*lines).likely == sum(rates) == Decimal("2553.84")
