"""Companies, their contacts, and who has an interest in what."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.acting import act
from tests.clients import auditing, signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import Conflict, Contact, Vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation()
    stakeholders.stakeholders(where, "it", "pm")
    vendors.enter(where, "research")
    vendors.candidate(where)
    return where


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/services/test_shared_addresses.py"
    "::test_the_form_asks_for_the_yes_once_it_is_needed",
)
def test_whoever_runs_evaluations_keeps_the_companies(purchase: Evaluation) -> None:
    acme = Vendor.objects.get()
    it = stakeholders.holder("it")
    assert act("add-vendor", None, it, name="Initech") == 403
    assert act("add-vendor", None, purchase.owner, name="Initech") == 302
    assert act("add-vendor", None, purchase.owner, name="Initech") == 409
    assert act("change-vendor", acme, purchase.owner, name="Acme Inc") == 302
    form = {"name": "Ada", "email": "ada@example.com"}
    assert act("add-contact", acme, it, **form) == 403
    assert act("add-contact", acme, purchase.owner, **form) == 302
    ada = Contact.objects.get()
    assert ada.vendor.name == "Acme Inc"
    changed = {"name": "Ada B", "email": "ada.b@example.com"}
    assert act("change-contact", ada, it, **changed) == 404
    assert act("change-contact", ada, common.noor(), **changed) == 404
    assert act("change-contact", ada, purchase.owner, **changed) == 302
    assert act("remove-contact", ada, it, reason="Left") == 404
    assert act("remove-contact", ada, purchase.owner, reason=" ") == 400
    assert act("remove-contact", ada, purchase.owner, reason="Left") == 302
    assert act("remove-contact", ada, purchase.owner, reason="Left") == 409
    assert not Contact.objects.current().exists()
    back = {"name": "Ada", "email": "ada.b@example.com"}
    assert act("add-contact", acme, purchase.owner, **back) == 302
    assert Contact.objects.current().get() == ada
    assert act("add-contact", acme, purchase.owner, **back) == 400


def test_the_words_of_an_interest_stay_with_the_owner_and_its_author(
    purchase: Evaluation,
) -> None:
    acme = purchase.candidates.get()
    it, pm = stakeholders.holder("it"), stakeholders.holder("pm")
    form = {"interest": "some", "statement": "I own secret shares"}
    assert act("declare-interest", acme, it, **form) == 302
    assert act("declare-interest", acme, it, interest="none") == 409
    assert act("declare-interest", acme, common.noor(), **form) == 404
    here = f"/admin/e/{purchase.slug}/conflicts/"
    body = signed_in(pm).get(here).content.decode()
    assert "Ivan" in body
    assert "secret shares" not in body
    journal = signed_in(pm).get(f"/admin/e/{purchase.slug}/journal/").content.decode()
    assert "secret shares" not in journal
    conflict = Conflict.objects.get(has_interest=True)
    clearing = f"/admin/act/clear-interest/{conflict.pk}/"
    assert "secret shares" in signed_in(purchase.owner).get(clearing).content.decode()
    assert act("clear-interest", conflict, pm, reason="x") == 403
    assert act("clear-interest", conflict, purchase.owner, reason="Sold") == 302


def test_an_operator_without_a_part_declares_nothing(purchase: Evaluation) -> None:
    acme = purchase.candidates.get()
    assert act("declare-interest", acme, common.otto(), interest="none") == 403


def test_lists_of_the_floor_open_for_those_who_may_see_them(
    purchase: Evaluation,
) -> None:
    for name in ("vendor", "contact", "candidate", "claim", "submission", "question"):
        url = f"/admin/vendors/{name}/"
        assert signed_in(auditing(purchase.owner)).get(url).status_code == 200
    keys = "/admin/vendors/vendortoken/"
    assert signed_in(purchase.owner).get(keys).status_code == 200
    assert signed_in(stakeholders.holder("it")).get(keys).status_code in (302, 403)
