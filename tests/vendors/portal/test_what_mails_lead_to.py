"""Every mail to a vendor leads into the pages; calls are told to who has a token."""

from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.languages import OFFERED
from tests.factories import trials, vendors
from tests.vendors.door import case
from tests.vendors.every_mail import compose, kinds_to_vendors, mails_of
from tests.vendors.portal.visitor import Visitor
from trials.models import Gap
from trials.services.trials import record_gap
from vendors.mail import link_secret
from vendors.models import Contact, InvitationLink
from vendors.services.contacts import add_contact

type Found = tuple[InvitationLink, Gap]


@pytest.fixture
def where(db: None) -> Evaluation:
    return trials.platform()


@pytest.fixture
def found(ada: Visitor) -> Found:
    """Ada's link, and a gap in her company's trial."""
    vendors.enter(ada.link.candidate.evaluation, "trials")
    trial = trials.trial(ada.link.candidate)
    terms: Any = {"severity": "challenge", "text": "No SSO.", "by": trial.lead}
    return ada.link, record_gap(trial=trial, **terms)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_s19_s20_calls_stand_last_and_only_where_there_is_a_token",
)
def test_every_kind_leads_into_the_pages_and_tells_no_call(found: Found) -> None:
    link, gap = found
    mails = mails_of(link, gap)
    assert {kind for kind, _ in mails} == kinds_to_vendors()
    for kind, mail in mails:
        for text in (mail.text, mail.html):
            assert link_secret(link.pk) in text, kind
            for call in ("GET ", "POST ", "/api/"):
                assert call not in text, kind
        if mail.ics:
            assert mail.ics_name == "deadline.ics"
            (entry,) = Calendar.from_ical(mail.ics).walk("VEVENT")
            assert "/vendor/start/" in str(entry["URL"])


def test_s19_s20_calls_stand_last_and_only_where_there_is_a_token(found: Found) -> None:
    link, gap = found
    expected = case("S19")["expected"]
    without = compose("gap_found", gap, link)
    assert expected["button"] == "vendor pages" and "/vendor/start/" in without.text
    for text in expected["holds_not"]:
        assert text not in without.text
    vendors.token(link.vendor)
    mail = compose("gap_found", gap, link)
    last = mail.text.rpartition("\n\n-- ")[0].rpartition("\n\n")[2]
    assert last.startswith(case("S20")["expected"]["last_paragraph"])
    assert f"gaps/{gap.pk}/reply/" in last
    assert "/vendor/start/" in mail.text.split("By program")[0]


def test_without_a_way_in_there_is_no_button(found: Found, settings: Settings) -> None:
    link, gap = found
    InvitationLink.objects.all().delete()
    mail = compose("gap_found", gap, link)
    assert "http" not in mail.text
    assert "Reply to this mail to get a link to the pages." in mail.text
    settings.VENDOR_SITE_URL = ""
    mail = compose("gap_found", gap, link)
    assert "http" not in mail.text and "to get a link" not in mail.text


def test_d3_mails_are_in_the_contacts_language_else_the_evaluations(
    found: Found, where: Evaluation
) -> None:
    link, gap = found
    expected = case("D3")["expected"]
    bo = add_contact(
        vendor=link.vendor,
        name="Bo",
        email="bo@acme.example",
        by=where.owner,
        invitations=[link.candidate],
    )
    Contact.objects.filter(pk=link.contact_id).update(language="de")
    where.vendor_language = "fr"
    where.save(update_fields=["vendor_language"])
    links = {"A": link, "B": InvitationLink.objects.get(contact=bo)}
    for who, row in links.items():
        row.candidate.evaluation = where
        mail = compose("gap_found", gap, row)
        assert expected[who] in OFFERED
        assert f'<html lang="{expected[who]}">' in mail.html
