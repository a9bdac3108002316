"""Quotes stand among the costs once they may be read, and say who said them."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import cost_coverage_known
from tests.clients import signed_in
from tests.factories import common, vendors
from vendors.costs import Tier
from vendors.models import Candidate, CostLine, Quote
from vendors.selectors.costs import candidate_cost, may_see_quotes, quotes_seen
from vendors.services.candidates import shortlist
from vendors.services.costs import set_cost_line
from vendors.services.quotes import (
    QuotedLine,
    enter_quotes_at_once,
    hand_in_quote,
    let_owner_type_prices,
    withdraw_quote,
)

pytestmark = pytest.mark.django_db
QUINN = "quinn@acme.example"


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(common.evaluation())


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    return vendors.invited(where)


def quote(acme: Candidate, *lines: QuotedLine, currency: str = "USD") -> Quote:
    acme.evaluation.refresh_from_db()
    return hand_in_quote(
        candidate=acme,
        currency=currency,
        valid_until=datetime.date(2040, 6, 30),
        lines=lines,
        by=Actor(name="Acme (Quinn)"),
        reader=QUINN,
    ).quote


def withdraw(acme: Candidate) -> None:
    withdraw_quote(candidate=acme, by=Actor(name="Acme (Quinn)"), reader=QUINN)


def typed(acme: Candidate, kind: str, likely: int, label: str = "") -> CostLine:
    return set_cost_line(
        candidate=acme,
        kind=kind,
        label=label,
        likely=Decimal(likely),
        by=acme.evaluation.owner,
    )


def line(acme: Candidate, kind: str, label: str = "") -> CostLine:
    return CostLine.objects.get(candidate=acme, kind=kind, label=label)


def licence(likely: int, **more: Any) -> QuotedLine:
    return QuotedLine(kind="licence", likely=Decimal(likely), **more)


def test_a_quote_is_no_cost_before_the_opening_and_all_of_its_kind_after(
    where: Evaluation, acme: Candidate
) -> None:
    typed(acme, "licence", 7)
    typed(acme, "licence", 3, "Add-on")
    typed(acme, "exit", 5)
    quote(
        acme,
        licence(1),
    )
    tiers = (Tier(Decimal(100), Decimal(8), Decimal(8), Decimal(8)),)
    quote(
        acme,
        licence(10, quantity=Decimal(150), pricing="volume", tiers=tiers),
        QuotedLine(kind="training", state="included"),
        QuotedLine(kind="migration", state="not_offered"),
    )
    assert candidate_cost(acme).likely == 15
    where = vendors.open_prices(where)
    acme = Candidate.objects.get(pk=acme.pk)
    assert candidate_cost(acme).likely == 150 * 8 + 5
    found = line(acme, "licence")
    assert (found.said_by, found.quoted_on) == ("vendor", timezone.now().date())
    assert line(acme, "licence", "Add-on").state == "included"
    assert line(acme, "exit").said_by == "owner"
    states = {kind: line(acme, kind).state for kind in ("training", "migration")}
    assert states == {"training": "included", "migration": "excluded"}
    assert line(acme, "setup").state == "unsaid"
    entry = Entry.objects.get(evaluation=where, action="quote.entered")
    assert entry.after["revision"] == 2
    assert entry.after["lines"][f"{acme.name} / licence"]["likely"] == "10"
    assert entry.before[f"{acme.name} / licence"]["likely"] == "7.0000"
    opened = Entry.objects.get(evaluation=where, action="prices.opened")
    assert entry.number < opened.number
    prices = opened.after["prices"].values()
    assert "vendor" in {price["said_by"] for price in prices}


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_owner_reads_quotes_at_once_only_where_that_was_said_before",
)
def test_a_price_says_who_said_it_until_another_does(
    where: Evaluation, acme: Candidate
) -> None:
    quote(acme, licence(10))
    where = vendors.open_prices(where)
    found = line(acme, "licence")
    names = ("kind", "quantity", "unit", "recurrence", "currency", "likely")
    values = {name: getattr(found, name) for name in names}
    values |= {"candidate": acme, "by": where.owner, "note": "As agreed."}
    assert set_cost_line(**values).said_by == "vendor"
    assert set_cost_line(**values | {"likely": Decimal(9)}).said_by == "owner"


def test_a_currency_without_a_rate_counts_once_there_is_one(
    where: Evaluation, acme: Candidate
) -> None:
    quote(acme, licence(10), currency="JPY")
    vendors.open_prices(where)
    acme = Candidate.objects.get(pk=acme.pk)
    total = candidate_cost(acme)
    assert total.likely == 0
    assert not total.complete
    assert line(acme, "licence").currency == "JPY"


def test_the_owner_reads_quotes_at_once_only_where_that_was_said_before(
    where: Evaluation, acme: Candidate
) -> None:
    with pytest.raises(Forbidden):
        let_owner_type_prices(
            evaluation=where, owner_types_prices=True, by=common.person("it")
        )
    assert not may_see_quotes(where.owner, where)
    where = let_owner_type_prices(
        evaluation=where, owner_types_prices=True, by=where.owner
    )
    quote(acme, licence(10))
    with pytest.raises(Refused, match="cannot change"):
        let_owner_type_prices(
            evaluation=where, owner_types_prices=False, by=where.owner
        )
    assert may_see_quotes(where.owner, where)
    enter_quotes_at_once()
    enter_quotes_at_once()
    assert line(acme, "licence").likely == 10
    entry = Entry.objects.get(evaluation=where, action="quote.entered")
    assert "likely" not in str(entry.after) and "10" not in str(entry.after["lines"])


def test_what_a_withdrawn_quote_brought_is_not_stated(
    where: Evaluation, acme: Candidate
) -> None:
    where = let_owner_type_prices(
        evaluation=where, owner_types_prices=True, by=where.owner
    )
    typed(acme, "licence", 3, "Add-on")
    typed(acme, "exit", 5)
    quote(acme, licence(10))
    enter_quotes_at_once()
    withdraw(acme)
    enter_quotes_at_once()
    enter_quotes_at_once()
    for label in ("", "Add-on"):
        found = line(acme, "licence", label)
        assert (found.state, found.likely) == ("unsaid", None)
        assert found.note.startswith("The vendor withdrew its quote on ")
    assert line(acme, "exit").likely == 5
    entry = Entry.objects.get(evaluation=where, action="quote.taken_out")
    assert len(entry.after["lines"]) == 2


def test_a_withdrawn_quote_is_never_opened_and_keeps_its_seal(
    where: Evaluation, acme: Candidate
) -> None:
    shortlist(candidate=acme, by=where.owner)
    quote(acme, licence(10))
    assert list(cost_coverage_known(GateContext(where))) == []
    withdraw(acme)
    assert quotes_seen(where)[acme.pk].is_withdrawn
    assert len(list(cost_coverage_known(GateContext(where)))) == 1
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/costs/")
    assert ">withdrawn<" in page.content.decode()
    with pytest.raises(Refused, match="cannot change"):
        let_owner_type_prices(evaluation=where, owner_types_prices=True, by=where.owner)
    vendors.open_prices(where)
    assert not CostLine.objects.exists()
    assert not Entry.objects.filter(action="quote.taken_out").exists()
    quoted = Candidate.objects.get(pk=acme.pk).quote_entered
    assert quoted == 2


def test_sealed_quotes_are_entered_by_the_opening_alone(
    where: Evaluation, acme: Candidate
) -> None:
    quote(acme, licence(10))
    enter_quotes_at_once()
    assert not CostLine.objects.exists()
    assert not Quote.objects.visible_to(where.owner).exists()
    vendors.open_prices(where)
    assert Quote.objects.visible_to(where.owner).count() == 1
