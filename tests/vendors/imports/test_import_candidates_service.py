"""Candidates from sheets: with companies and contacts, and back again."""

import pytest

from evaltracker.errors import Forbidden, Refused, Stale
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.importing.services.imports import undo_import
from tests.factories import common
from tests.imported import plan_of, take
from vendors.models import Contact, Vendor
from vendors.services.candidates import import_candidates, shortlist
from vendors.services.contacts import note_contact
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db
KIND = "candidates"
OPTIONS = (
    "Name,Kind,Vendor,Contact,Summary\n"
    "Acme ML,buy,Acme,ada@acme.example,Trains\nMlflow,open source,,,Free\n"
)


@pytest.fixture
def where() -> Evaluation:
    return common.evaluation()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_no_company_offers_has_no_vendor",
)
def test_they_come_in_with_companies_and_contacts_and_go_again(
    where: Evaluation,
) -> None:
    first = take(KIND, where, OPTIONS)
    acme = where.candidates.get(name="Acme ML")
    assert (str(acme.vendor), acme.summary) == ("Acme", "Trains")
    assert Contact.objects.get().email == "ada@acme.example"
    assert plan_of(KIND, where, OPTIONS).is_certain
    assert take(KIND, where, OPTIONS) is None
    second = take(KIND, where, "Name,Summary\nAcme ML,Trains and serves\n")
    assert first is not None
    assert second is not None
    undo_import(imported=second, by=where.owner)
    acme.refresh_from_db()
    assert acme.summary == "Trains"
    undo_import(imported=first, by=where.owner)
    assert not where.candidates.exists()
    assert not Contact.objects.exists()
    assert not Vendor.objects.exists()
    actions = Entry.objects.filter(evaluation=where).values_list("action", flat=True)
    assert set(actions) >= {"candidates.imported", "candidates.put_back"}


def test_without_a_kind_something_to_buy_is_proposed_for_what_is_new(
    where: Evaluation,
) -> None:
    take(KIND, where, "Name,Kind\nOurs,build\n")
    plan = plan_of(KIND, where, "Name,Summary\nOurs,Old\nLite,New\n")
    (line,) = [line for line in plan.lines if line.key == "all:kind"]
    assert (line.state, line.chosen, line.count) == ("proposed", "buy", 1)
    assert not plan.is_certain
    take(KIND, where, "Name\nLite\n", {"all:kind": "open_source"})
    kinds = where.candidates.order_by("name").values_list("name", "kind")
    assert list(kinds) == [("Lite", "open_source"), ("Ours", "build")]


def test_one_that_moved_on_or_has_a_price_stays(where: Evaluation) -> None:
    done = take(KIND, where, OPTIONS)
    assert done is not None
    acme = where.candidates.get(name="Acme ML")
    set_cost_line(candidate=acme, kind="exit", state="unsaid", by=where.owner)
    with pytest.raises(Refused, match="used since: Acme ML"):
        undo_import(imported=done, by=where.owner)
    shortlist(candidate=where.candidates.get(name="Mlflow"), by=where.owner)
    with pytest.raises(Refused, match="used since: Mlflow"):
        undo_import(imported=done, by=where.owner)


def test_what_no_company_offers_has_no_vendor(where: Evaluation) -> None:
    (refusal,) = plan_of(KIND, where, "Name,Kind,Vendor\nOurs,build,Acme\n").refused
    assert (refusal.role, refusal.row) == ("vendor", 2)


def test_a_stranger_imports_nothing_and_an_old_plan_is_refused(
    where: Evaluation,
) -> None:
    made = plan_of(KIND, where, OPTIONS)
    with pytest.raises(Forbidden):
        import_candidates(
            evaluation=where, plan=made, by=common.noor(), note_contact=note_contact
        )
    take(KIND, where, OPTIONS)
    with pytest.raises(Stale):
        import_candidates(
            evaluation=where, plan=made, by=where.owner, note_contact=note_contact
        )
