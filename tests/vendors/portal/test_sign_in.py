"""The way into the vendor pages: from the link in a mail to a session."""

import datetime
import time
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from evaltracker.evaluations.models import Entry, Evaluation
from tests.vendors.portal.visitor import ADDRESS, TOKEN, Visitor, invited
from vendors.mail import code_of, spaced
from vendors.models import SignInCode, VendorSession
from vendors.rate_limits import forget_counts
from vendors.services.access import NO, end_session
from vendors.services.candidates import eliminate
from vendors.services.contacts import remove_contact

HOURS = datetime.timedelta(hours=1)


def test_the_link_shows_who_asks_for_what_and_until_when_and_nothing_else(
    ada: Visitor, where: Evaluation
) -> None:
    page = ada.get(ada.start)
    text = page.content.decode()
    for word in (where.buyer, where.title, "Acme", "Answers are taken until"):
        assert word in text
    for word in (ADDRESS, "Ada Park", "R1", where.owner.name, where.owner.email):
        assert word not in text
    assert page["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_looking_changes_nothing(ada: Visitor) -> None:
    ada.get(ada.start)
    ada.get(f"{ada.start}code/")
    ada.browser.head(ada.start)
    assert not SignInCode.objects.exists()
    assert ada.browser.options(ada.start).status_code == 405


def test_a_button_sends_a_code_at_once_to_the_contacts_own_mail(ada: Visitor) -> None:
    code = ada.ask()
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert spaced(code_of(code.pk)) in letter.body
    assert code_of(code.pk) not in letter.subject
    code.refresh_from_db()
    assert code.sent_at is not None


def test_the_code_opens_a_session_with_an_id_of_its_own(
    ada: Visitor, where: Evaluation
) -> None:
    assert ada.get().status_code == 403
    code = ada.ask()
    before = set(ada.browser.cookies)
    answer = ada.type(f" {spaced(code_of(code.pk)).lower()} ")
    assert answer.headers["Location"] == ada.home
    (name,) = set(ada.browser.cookies) - before
    cookie = ada.browser.cookies[name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 2 * 60 * 60
    assert "Your answers" in ada.get().content.decode()
    actions = Entry.objects.filter(evaluation=where).values_list("action", "actor_name")
    assert ("vendor_session.begun", "Acme (Ada Park)") in actions
    assert ("invitation.seen", "Acme (Ada Park)") in actions


def test_nothing_keeps_the_code(ada: Visitor) -> None:
    code = ada.ask()
    said = code_of(code.pk)
    row = SignInCode.objects.filter(pk=code.pk).values().get()
    assert said not in str(row)
    assert not Entry.objects.filter(after__contains={"code": said}).exists()


def test_every_code_that_does_not_work_gets_one_text(
    ada: Visitor, where: Evaluation
) -> None:
    rival = Visitor(invited(where, "Globex ML", "bo@globex.example"))
    theirs = code_of(rival.ask().pk)
    used = code_of(ada.ask().pk)
    ada.type(used)
    late = code_of(ada.ask().pk)
    SignInCode.objects.update(expires_at=timezone.now())
    pages = [ada.type(text) for text in (used, late, theirs, "nonsense", "", "ÄÖ€")]
    texts = {text_of(page) for page in pages}
    assert len(texts) == 1
    assert NO in texts.pop()
    assert {page.status_code for page in pages} == {400}


def text_of(page: Any) -> str:
    """A page without what differs by design."""
    return TOKEN.sub("", page.content.decode())


def test_a_forwarded_link_helps_nobody_to_lock_the_contact_out(ada: Visitor) -> None:
    code = ada.ask()
    stranger = Visitor(ada.link)
    stranger.ask()
    for _ in range(8):
        assert stranger.type("AAAA-AAAA").status_code == 400
    assert stranger.type(code_of(code.pk)).status_code == 400
    assert ada.type(code_of(code.pk)).status_code == 302


def test_t57_a_day_of_guessing_is_bounded(ada: Visitor) -> None:
    for _ in range(30):
        answer = ada.post(ada.start)
        if answer.status_code != 302:
            assert answer.status_code == 429
            break
        forget_counts()
        for _ in range(7):
            assert ada.type("AAAA-AAAA").status_code == 400
        forget_counts()
    counted = SignInCode.objects.all()
    tries = sum(code.wrong_tries for code in counted)
    assert (len(counted), tries) == (10, 50)
    # One guess in 32^8 for each, so at best 1 in 20 thousand million in a day.
    assert tries / 32**8 < 5e-11


def test_a_code_works_once_and_for_15_minutes(ada: Visitor) -> None:
    code = ada.ask()
    assert code.expires_at - code.asked_at == datetime.timedelta(minutes=15)
    ada.type(code_of(code.pk))
    assert ada.type(code_of(code.pk)).status_code == 400


def test_a_session_ends_after_two_hours_without_a_visit(
    ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.sign_in()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 2 * 60 * 60 - 5)
    assert ada.get().status_code == 200
    monkeypatch.setattr(time, "time", lambda: now() + 2 * (2 * 60 * 60 - 5))
    assert ada.get().status_code == 200
    monkeypatch.setattr(time, "time", lambda: now() + 10 * 60 * 60)
    assert ada.get().status_code == 403


def test_reading_pages_writes_nothing(ada: Visitor) -> None:
    ada.sign_in()
    session = VendorSession.objects.values().get()
    entries = Entry.objects.count()
    VendorSession.objects.update(last_visit_on="2026-01-01")
    ada.get()
    ada.browser.head(ada.home)
    after = VendorSession.objects.values().get()
    assert after["last_visit_on"] == datetime.date(2026, 1, 1)
    assert {**after, "last_visit_on": session["last_visit_on"]} == session
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("how", ["signs out", "owner", "removed", "eliminated"])
def test_a_session_ends_by(how: str, ada: Visitor, where: Evaluation) -> None:
    ada.sign_in()
    session = VendorSession.objects.get()
    candidate, contact = ada.link.candidate, ada.link.contact
    match how:
        case "signs out":
            ada.post(f"{ada.home}sign-out/", ada.home)
        case "owner":
            end_session(session=session, by=where.owner)
        case "removed":
            remove_contact(contact=contact, reason="Left.", by=where.owner)
        case _:
            eliminate(candidate=candidate, reason="Too dear.", by=where.owner)
    session.refresh_from_db()
    assert session.ended_at is not None
    assert ada.get().status_code == 403
    if how in ("removed", "eliminated"):
        assert ada.get(ada.start).status_code == 404


def test_own_foreign_and_absent_invitations_are_alike_without_a_session(
    ada: Visitor, where: Evaluation
) -> None:
    rival = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    absent = "/vendor/6f9619ff-8b86-4011-b42d-00cf4fc964ff/"
    pages = [rival.get(path) for path in (ada.home, absent, "/vendor/nonsense/")]
    assert len({page.content for page in pages}) == 1
    assert {page.status_code for page in pages} == {403}


def test_a_form_of_another_site_does_nothing(ada: Visitor) -> None:
    ada.get(ada.start)
    assert ada.browser.post(ada.start).status_code == 403
    assert not SignInCode.objects.exists()


def test_pages_are_at_home_under_their_own_name_alone(
    ada: Visitor, settings: Any
) -> None:
    settings.VENDOR_SITE_URL = "https://vendors.example.com"
    assert ada.get(ada.start).status_code == 404
    settings.VENDOR_SITE_URL = ""
    assert ada.get(ada.start).status_code == 404
