"""Rates, tiers and payment plans as the owner writes them, and the drawing."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.admin.prices import draw
from vendors.costs import Curve
from vendors.models import Candidate, CostLine, ExchangeRate
from vendors.selectors.costs import candidate_cost

LICENCE = {
    "kind": "licence",
    "state": "priced",
    "likely": "10",
    "quantity": "90",
    "unit": "user<b>",
    "pricing": "volume",
    "tiers": "100: 12",
    "recurrence": "yearly",
    "currency": "EUR",
}
RATE = {"currency": "EUR", "rate": "1.1", "rated_on": "2026-01-05", "source": "ECB"}


@pytest.fixture
def acme(db: None) -> Candidate:
    """A candidate priced by tiers in euro; nobody wrote the rate yet."""
    where = common.evaluation()
    stakeholders.stakeholders(where, "it")
    vendors.enter(where, "research")
    option = vendors.candidate(where)
    assert act("set-cost-line", option, where.owner, **LICENCE) == 302
    return option


def sheet(of: Candidate) -> str:
    client = signed_in(of.evaluation.owner)
    return client.get(f"/admin/candidates/{of.pk}/costs/").content.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_tiers_are_drawn_with_their_cliff_and_everything_is_escaped",
)
def test_a_rate_makes_a_foreign_price_known(acme: Candidate) -> None:
    where, owner = acme.evaluation, acme.evaluation.owner
    address = f"/admin/e/{where.slug}/costs/"
    body = signed_in(owner).get(address).content.decode()
    assert "Prices in EUR have no rate to USD" in body
    assert "no rate" in sheet(acme)
    assert act("set-rate", where, stakeholders.holder("it"), **RATE) == 403
    assert act("set-rate", where, owner, **{**RATE, "currency": "USD"}) == 400
    assert act("set-rate", where, owner, **RATE) == 302
    assert candidate_cost(acme).likely == Decimal("2970.00")
    body = signed_in(stakeholders.holder("it")).get(address).content.decode()
    assert "1 EUR = 1.1 USD" in body
    rate = ExchangeRate.objects.get()
    assert act("remove-rate", rate, stakeholders.holder("it")) == 403
    assert act("remove-rate", rate, owner) == 302
    assert candidate_cost(acme).likely == 0


def test_tiers_are_drawn_with_their_cliff_and_everything_is_escaped(
    acme: Candidate,
) -> None:
    act("set-rate", acme.evaluation, acme.evaluation.owner, **RATE)
    body = sheet(acme)
    assert "90 × 10 (first tier) = 900 EUR by user&lt;b&gt;, yearly" in body
    assert "rate of 5 January 2026, ECB" in body
    assert "+660" in body
    assert 'role="img"' in body
    assert "user<b>" not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_rate_of_tomorrow_is_refused",
)
def test_a_line_keeps_its_tiers_when_it_is_changed_and_refuses_others(
    acme: Candidate,
) -> None:
    line, owner = CostLine.objects.get(), acme.evaluation.owner
    address = f"/admin/act/change-cost-line/{line.pk}/"
    form = signed_in(owner).get(address).content.decode()
    assert "100: 12</textarea>" in form
    assert 'value="90"' in form
    for tiers, status in (("100: 12\n90: 1", 400), ("a lot", 400), ("50: 9", 302)):
        changed = {**LICENCE, "tiers": tiers}
        assert act("change-cost-line", line, owner, **changed) == status
    line.refresh_from_db()
    assert [tier["above"] for tier in line.tiers] == ["50"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_tiers_are_drawn_with_their_cliff_and_everything_is_escaped",
)
def test_a_payment_plan_sums_to_a_hundred_and_splits_what_is_paid_once(
    acme: Candidate,
) -> None:
    owner = acme.evaluation.owner
    setup = {"kind": "setup", "likely": "100001.01", "quantity": "1"}
    setup |= {"state": "priced", "recurrence": "once", "currency": "USD"}
    assert act("set-cost-line", acme, owner, **setup) == 302
    plan = "45.55 on signing\n54.44 on delivery"
    assert act("set-payments", acme, owner, payments=plan) == 400
    plan = plan.replace("54.44", "54.45")
    it = stakeholders.holder("it")
    assert act("set-payments", acme, it, payments=plan) == 403
    assert act("set-payments", acme, owner, payments=plan) == 302
    body = sheet(acme)
    assert "45,550.46" in body
    assert "54,450.55" in body
    assert act("set-payments", acme, owner, payments="") == 302
    assert "No plan is written" in sheet(acme)


def test_the_drawing_holds_every_point_and_breaks_at_jumps() -> None:
    points = [(0, 0), (100, 500), (100, 900), (125, 950)]
    curve = Curve(
        "user",
        ("licence",),
        Decimal(90),
        tuple((Decimal(x), Decimal(y)) for x, y in points),
        (),
    )
    drawing = draw(curve, Decimal(1000))
    assert drawing.line.count("M") == 2
    assert drawing.jumps.count("M") == 1
    assert drawing.amounts[-1].label == "1,000"
    assert drawing.budget is not None
    assert drawing.budget.at == drawing.amounts[-1].at == drawing.top
    assert draw(curve, Decimal(10**9)).budget is None
    nothing = ((Decimal(0), Decimal(0)), (Decimal(1), Decimal(0)))
    flat = Curve("", (), Decimal(0), nothing, ())
    assert draw(flat, None).amounts[0].label == "0"


def test_a_rate_of_tomorrow_is_refused(acme: Candidate) -> None:
    where = acme.evaluation
    ahead = timezone.localdate() + datetime.timedelta(days=3)
    assert act("set-rate", where, where.owner, **{**RATE, "rated_on": ahead}) == 400


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_tiers_are_drawn_with_their_cliff_and_everything_is_escaped",
)
def test_a_renewal_rise_is_written_in_per_cent_and_counted(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    assert act("set-rate", acme.evaluation, owner, **RATE) == 302
    before = candidate_cost(acme).likely
    it = stakeholders.holder("it")
    assert act("set-renewal-rise", acme, it, likely="5") == 403
    assert act("set-renewal-rise", acme, owner, likely="101") == 400
    assert act("set-renewal-rise", acme, owner, likely="5", low="6") == 400
    assert act("set-renewal-rise", acme, owner, likely="5", high="7.5") == 302
    line = CostLine.objects.get(kind="renewal_rise")
    assert [line.low, line.likely, line.high] == [5, 5, Decimal("7.5")]
    # 90 users at 10 euro, at 1.10, for three years: +5% and +10.25%.
    assert before == 2970
    assert candidate_cost(acme).likely == before + Decimal("150.98")
    body = sheet(acme)
    assert "5% (5 to 7.5%) a year from the second year on" in body
    assert "+5% in year 2, +10.25% in year 3" in body
    assert f"/admin/act/set-renewal-rise/{acme.pk}/" in body
    assert act("set-renewal-rise", acme, owner, likely="0") == 302
    assert CostLine.objects.get(kind="renewal_rise").likely == 0
