"""What the owner sees of who is in the vendor pages, and where mails lead."""

import datetime
import re

import pytest
from django.utils import timezone
from pytest_django import Settings

from evaltracker.evaluations.models import Entry, Evaluation, Notice
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, vendors
from tests.vendors.mails import read
from tests.vendors.portal.visitor import Visitor
from vendors.mail import link_secret
from vendors.models import InvitationLink, VendorSession
from vendors.services.contacts import send_link
from vendors.services.dialogue import answer_question, ask_question


def test_the_owner_sees_who_was_in_and_ends_a_session(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    owner = signed_in(where.owner)
    address = f"/admin/e/{where.slug}/invitations/"
    page = owner.get(address).content.decode()
    assert "Who was in the vendor pages" in page
    assert "Ada Park" in page
    session = VendorSession.objects.get()
    assert act("end-vendor-session", session, where.owner) == 302
    assert ada.get().status_code == 403
    entry = Entry.objects.get(action="vendor_session.ended")
    assert entry.actor == where.owner
    assert "end-vendor-session" not in owner.get(address).content.decode()


def test_an_answered_question_leads_to_the_vendor_pages(
    ada: Visitor, where: Evaluation
) -> None:
    question, _ = ask_question(evaluation=where, text="Which?", by=where.owner)
    answer_question(question=question, answer="This.", by=where.owner)
    message = read(Notice.objects.get(kind="question_answered"))
    assert f"/vendor/start/{link_secret(ada.link.pk)}/" in message.text
    assert "Open your answers" in message.text


@pytest.mark.parametrize("pages", ["", "https://vendors.example.com"])
def test_mails_lead_where_the_pages_are(
    ada: Visitor, where: Evaluation, settings: Settings, pages: str
) -> None:
    settings.VENDOR_SITE_URL = pages
    message = read(Notice.objects.get(kind="invitation"))
    assert (f"{pages}/vendor/start/" in message.text) == bool(pages)
    assert "/api/" not in message.text


def test_who_was_invited_before_there_were_pages_gets_a_link_when_it_is_sent_again(
    ada: Visitor, where: Evaluation
) -> None:
    contact, candidate = ada.link.contact, ada.link.candidate
    InvitationLink.objects.all().delete()
    Notice.objects.filter(kind="invitation").update(
        state="sent", created_at=timezone.now() - datetime.timedelta(days=3)
    )
    send_link(candidate=candidate, contacts=[contact], by=where.owner)
    link = InvitationLink.objects.get(contact=contact)
    letter = Notice.objects.filter(kind="invitation").latest("created_at")
    assert f"/vendor/start/{link_secret(link.pk)}/" in read(letter).text
    assert Visitor(link).sign_in().get().status_code == 200


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_owner_sees_who_was_in_and_ends_a_session",
)
def test_the_owner_sees_days_of_visits_and_sends_the_invitation_again_there(
    ada: Visitor, where: Evaluation
) -> None:
    owner = signed_in(where.owner)
    candidate = f"/admin/candidates/{ada.link.candidate_id}/"
    invitations = f"/admin/e/{where.slug}/invitations/"
    assert "no code used yet" in owner.get(candidate).content.decode()
    ada.sign_in()
    for address in (candidate, invitations):
        page = owner.get(address).content.decode()
        assert re.search(r"code used\s+<time[^>]*>\d+ \w+ \d{4}</time>", page), address
        assert re.search(r"last visit\s+<time[^>]*>\d+ \w+ \d{4}</time>", page), address
        assert f"/act/send-link/{ada.link.candidate_id}/" in page


def test_a_reader_sees_no_visits(ada: Visitor, where: Evaluation) -> None:
    ada.sign_in()
    part = stakeholders.stakeholders(where, "it")["it"]
    vendors.declare_none(where)
    reader = signed_in(part.user)
    for address in (
        f"/admin/candidates/{ada.link.candidate_id}/",
        f"/admin/e/{where.slug}/invitations/",
    ):
        page = reader.get(address, follow=True).content.decode()
        assert "Acme ML" in page
        assert "code used" not in page
        assert "Who was in the vendor pages" not in page


def test_mails_of_a_kind_that_is_gone_stay_readable(
    ada: Visitor, where: Evaluation
) -> None:
    Notice.objects.filter(kind="invitation").update(
        kind="codes_guessed", state="sent", recipient=where.owner, address=""
    )
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/notices/")
    assert page.status_code == 200
    assert "odes guessed" in page.content.decode()
