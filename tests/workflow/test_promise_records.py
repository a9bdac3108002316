"""The letter stands in the vendor pages, and the promise record after it."""

import pytest
from pytest_django import Settings

from evaltracker.decision.models import Letter
from evaltracker.decision.services.letters import (
    REASON_ASKED,
    send_letter,
    write_letter,
)
from evaltracker.decision.services.promise_checks import publish_promises
from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Evaluation
from tests.clients import signed_in
from tests.factories import common
from tests.vendors import mails
from tests.workflow.deciding import decided
from vendors.models import Contact, PublishedDocument
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db
RIVAL = "Globexmark ML"
# The rival's name, prices, and why somebody went.
SEALED = ("Globexmark", "98,765", "98765", "91,234", "91234", "too much")


@pytest.fixture
def where(db: None) -> Evaluation:
    found, _ = decided(RIVAL)
    return found


def of(name: str) -> Letter:
    return Letter.objects.select_related("candidate__evaluation__owner").get(
        candidate__name=name
    )


def sent(name: str) -> Letter:
    """The letter of that candidate, on its way to Zoe."""
    letter = of(name)
    owner, vendor = letter.candidate.evaluation.owner, letter.candidate.vendor
    assert vendor is not None
    text = letter.text.replace(REASON_ASKED, "Your offer came late.")
    write_letter(letter=letter, text=text, by=owner)
    zoe = add_contact(vendor=vendor, name="Zoe", email="zoe@vendor.example", by=owner)
    return send_letter(letter=of(name), contacts=[zoe], by=owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_sending_a_letter_publishes_it_once(where: Evaluation) -> None:
    letter = sent(RIVAL)
    (document,) = PublishedDocument.objects.all()
    assert (document.candidate, document.text) == (letter.candidate, letter.text)
    assert letter.candidate.vendor
    later = add_contact(
        vendor=letter.candidate.vendor,
        name="Li",
        email="li@vendor.example",
        by=where.owner,
    )
    send_letter(letter=letter, contacts=[later], by=where.owner)
    assert PublishedDocument.objects.count() == 1
    for notice in mails.owed("decision_letter"):
        said = mails.read(notice)
        assert "Read it in your pages" in said.text
        assert "/vendor/start/" in said.text
        assert said.sender_name == "Lina Lead at Example Foods"


def test_the_promise_record_is_of_its_vendor_alone(where: Evaluation) -> None:
    for name, others in (("Acme ML", SEALED), (RIVAL, ("Acme", *SEALED[1:]))):
        letter = sent(name) if name == RIVAL else sent_to_acme()
        document = publish_promises(letter=letter, by=where.owner)
        assert "what we found" in document.text
        assert ("R1" in document.text) == (name == "Acme ML")
        for mark in others:
            assert mark not in document.text, mark


def sent_to_acme() -> Letter:
    letter = of("Acme ML")
    assert letter.candidate.vendor
    owner = letter.candidate.evaluation.owner
    al = add_contact(
        vendor=letter.candidate.vendor, name="Al", email="al@acme.example", by=owner
    )
    return send_letter(letter=letter, contacts=[al], by=owner)


def test_it_follows_the_letter_once_by_the_owner(
    where: Evaluation, settings: Settings
) -> None:
    with pytest.raises(Refused, match="Send the letter first"):
        publish_promises(letter=of(RIVAL), by=where.owner)
    letter = sent(RIVAL)
    with pytest.raises(Forbidden):
        publish_promises(letter=letter, by=common.otto())
    home, settings.VENDOR_SITE_URL = settings.VENDOR_SITE_URL, ""
    with pytest.raises(Refused, match="no vendor pages"):
        publish_promises(letter=letter, by=where.owner)
    settings.VENDOR_SITE_URL = home
    publish_promises(letter=letter, by=where.owner)
    with pytest.raises(Refused, match="published already"):
        publish_promises(letter=letter, by=where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_follows_the_letter_once_by_the_owner",
)
def test_who_had_the_letter_is_told_and_the_page_shows_it(where: Evaluation) -> None:
    letter = sent(RIVAL)
    lina = signed_in(where.owner)
    address = f"/admin/act/publish-promises/{letter.pk}/"
    assert "what we found" in lina.get(address).content.decode()
    lina.post(address)
    (notice,) = mails.owed("document_published")
    said = mails.read(notice)
    assert said.subject.startswith("Example Foods has published your promise record")
    assert "/vendor/start/" in said.text
    page = lina.get(f"/admin/e/{where.slug}/letters/").content.decode()
    assert "Its promise record was published" in page
    contact = Contact.objects.get(email=notice.address)
    contact.email = "other@vendor.example"
    contact.save()
    assert "no contact of it any more" in mails.why_not(notice)
