"""Cost lines, and the seal on prices until the decision opens them."""

from decimal import Decimal
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Entry
from tests.factories import common, stakeholders, vendors
from tests.it_kinds import it
from vendors.models import Candidate, CostLine
from vendors.policy import may_see_prices
from vendors.selectors.costs import candidate_cost
from vendors.services.costs import remove_cost_line, set_cost_line

pytestmark = pytest.mark.django_db
SECRET_PRICE = Decimal("7654321.00")


@pytest.fixture
def acme() -> Candidate:
    return vendors.candidate(vendors.in_research(common.evaluation()))


def priced(of: Candidate, **fields: Any) -> CostLine:
    given: dict[str, Any] = {"kind": "licence", "likely": SECRET_PRICE, **fields}
    return set_cost_line(candidate=of, by=of.evaluation.owner, **given)


def test_a_line_is_replaced_by_kind_and_label(acme: Candidate) -> None:
    first = priced(acme)
    again = priced(acme, low=Decimal(1), likely=Decimal(2), high=Decimal(3))
    assert again.pk == first.pk
    assert (again.low, again.high) == (Decimal(1), Decimal(3))
    priced(acme, label="GPU")
    assert CostLine.objects.count() == 2


def test_the_total_counts_what_is_priced_and_names_what_is_unsaid(
    acme: Candidate,
) -> None:
    priced(acme, recurrence="yearly", likely=Decimal(100))
    set_cost_line(
        candidate=acme, kind="training", state="included", by=acme.evaluation.owner
    )
    priced(acme, kind="setup", likely=Decimal(50), currency="EUR")
    total = candidate_cost(acme)
    assert total.likely == Decimal("300.00")
    assert candidate_cost(acme).coverage.known == 2
    assert it.setup in total.coverage.unsaid


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("kind", {"kind": "bribe"}),
        ("currency", {"currency": "ZZZ"}),
        ("likely", {"likely": None}),
        ("likely", {"state": "included"}),
        ("low", {"low": Decimal(5), "likely": Decimal(4)}),
        ("low", {"low": Decimal(-1)}),
        ("rate", {"rate": Decimal(0)}),
        ("source_url", {"source_url": "file:///etc/passwd"}),
    ],
)
def test_a_line_that_contradicts_itself_is_refused(
    acme: Candidate, field: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as invalid:
        priced(acme, **fields)
    assert field in invalid.value.errors
    assert not CostLine.objects.exists()


def test_only_the_owner_writes_costs(acme: Candidate) -> None:
    with pytest.raises(Forbidden):
        set_cost_line(
            candidate=acme, kind="licence", likely=SECRET_PRICE, by=common.otto()
        )
    line = priced(acme)
    with pytest.raises(Forbidden):
        remove_cost_line(line=line, by=common.otto())
    remove_cost_line(line=line, by=acme.evaluation.owner)
    assert not CostLine.objects.exists()


def test_prices_are_sealed_from_all_but_the_owner_until_they_are_opened(
    acme: Candidate,
) -> None:
    where, otto = acme.evaluation, common.otto()
    ivan = stakeholders.stakeholders(where, "it")["it"].user
    line = priced(acme)
    everybody = (where.owner, ivan, otto, common.noor())

    def seen_by() -> list[bool]:
        where.refresh_from_db()
        listed = [CostLine.objects.visible_to(person).exists() for person in everybody]
        assert listed == [may_see_prices(person, where) for person in everybody]
        return listed

    assert seen_by() == [True, False, False, False]
    vendors.open_prices(where)
    assert seen_by() == [True, True, True, False]
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert entry.action == "prices.opened"
    kept = entry.after["prices"][str(line.pk)]["likely"]
    assert Decimal(kept) == SECRET_PRICE


def test_the_journal_tells_no_amount_before_prices_are_opened(acme: Candidate) -> None:
    line = priced(acme, source_text=f"{SECRET_PRICE} a year", note=f"{SECRET_PRICE}")
    priced(acme, likely=SECRET_PRICE + 1)
    remove_cost_line(line=line, by=acme.evaluation.owner)
    written = str(list(Entry.objects.values_list("before", "after", "reason")))
    assert "sealed" in written
    assert "7654321" not in written
    assert "7654322" not in written
