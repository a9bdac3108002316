"""The way into the vendor pages: from the link in a mail to a session."""

import datetime
import re
import time
from typing import Any

import pytest
from django.core import mail
from django.db.models import Sum
from django.utils import timezone
from time_machine import TimeMachineFixture

from evaltracker.evaluations.models import Entry, Evaluation
from tests.vendors.door import case
from tests.vendors.portal.visitor import (
    ADDRESS,
    TOKEN,
    Visitor,
    invited,
    pass_time,
    stranger_with,
)
from vendors.mail import code_of, spaced
from vendors.models import InvitationLink, SignInCode, VendorSession
from vendors.services.access import NO
from vendors.services.contacts import remove_contact

HOURS = datetime.timedelta(hours=1)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_about.py"
    "::test_b5_a_stranger_reads_who_asks_and_no_purpose",
)
def test_the_link_shows_who_asks_for_what_and_until_when_and_nothing_else(
    ada: Visitor, where: Evaluation
) -> None:
    page = ada.get(ada.start)
    text = page.content.decode()
    for word in (where.buyer, where.title, "Acme", "Answers are taken until"):
        assert word in text
    for word in (ADDRESS, "Ada Park", "R1", where.owner.email):
        # As a word: a token of the page may have these letters in it.
        assert not re.search(rf"\b{re.escape(word)}\b", text)
    assert page["Cache-Control"] == "no-store"
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_l22_looking_changes_nothing(ada: Visitor) -> None:
    ada.ask()
    rows = (*SignInCode.objects.values(), *InvitationLink.objects.values())
    mail.outbox.clear()
    for address in (ada.start, f"{ada.start}code/"):
        ada.get(address)
        ada.browser.get(address, headers={"Sec-Purpose": "prefetch"})
        ada.browser.head(address)
    now = (*SignInCode.objects.values(), *InvitationLink.objects.values())
    changed = sum(before != after for before, after in zip(rows, now, strict=True))
    told = {"rows_changed": changed, "mails": len(mail.outbox)}
    assert told == case("L22")["expected"]
    assert ada.browser.options(ada.start).status_code == 405


def test_a_button_sends_a_code_at_once_to_the_contacts_own_mail(ada: Visitor) -> None:
    code = ada.ask()
    assert code.expires_at - code.asked_at == datetime.timedelta(minutes=15)
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
    ages = {
        f"vendor-{ada.link.candidate_id.hex}": 2 * 60 * 60,
        f"vendor-known-{ada.link.contact_id.hex}": 180 * 24 * 60 * 60,
    }
    assert set(ada.browser.cookies) - before == set(ages)
    for name, age in ages.items():
        cookie = ada.browser.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == age
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


def test_l13_every_code_that_does_not_work_gets_one_text(
    ada: Visitor, where: Evaluation
) -> None:
    rival = Visitor(invited(where, "Globex ML", "bo@globex.example"))
    theirs = code_of(rival.ask().pk)
    assert "It was sent at" in rival.get(f"{rival.start}code/").content.decode()
    unasked = Visitor(ada.link).type("AAAA-AAAA")
    used = code_of(ada.ask().pk)
    ada.type(used)
    late = code_of(ada.ask().pk)
    wrong = ada.type("AAAA-AAAA")
    SignInCode.objects.update(expires_at=timezone.now())
    pages = [unasked, wrong]
    pages += [ada.type(text) for text in (used, late, theirs, "nonsense", "", "ÄÖ€")]
    texts = {text_of(page) for page in pages}
    assert len(texts) == 1
    assert str(NO) in texts.pop()
    assert {page.status_code for page in pages} == {case("L13")["expected"]["status"]}


def text_of(page: Any) -> str:
    """A page without what differs by design."""
    return TOKEN.sub("", page.content.decode())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_session_ends_by[removed]",
)
def test_l11_l12_wrong_tries_and_codes_of_other_browsers_do_nothing(
    ada: Visitor,
) -> None:
    code = ada.ask()
    for number in range(7):
        stranger = stranger_with(ada.link, number)
        stranger.ask()
        for _ in range(6):
            assert stranger.type("AAAA-AAAA").status_code == 400
        refused = stranger.type(code_of(code.pk))
        expected = case("L12")["expected"]
        assert refused.status_code == expected["status"]
        assert expected["says"] in refused.content.decode()
    assert SignInCode.objects.aggregate(sum=Sum("wrong_tries"))["sum"] == 35
    ada.type(code_of(code.pk))
    assert ada.has == case("L11")["expected"]["A"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_session_ends_by[removed]",
)
def test_l10_after_five_wrong_tries_the_browser_asks_anew(ada: Visitor) -> None:
    code, expected = ada.ask(), case("L10")["expected"]
    typed = (*["AAAA-AAAA"] * 5, code_of(code.pk))
    tries = [ada.type(text).status_code for text in typed]
    assert tries == [{"no": 400}[said] for said in expected["tries"]]
    assert f"{ada.sign_in().has} after asking anew" == expected["A"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_session_ends_by[removed]",
)
def test_l8_asked_again_it_is_the_same_code_in_another_mail(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    code = ada.ask()
    expected, found = case("L8")["expected"], []
    for _ in range(4):
        pass_time(time_machine, seconds=70)
        assert ada.ask() == code
        found.append((SignInCode.objects.count(), len(mail.outbox)))
    assert found[0] == (expected["rows"], expected["mails"])
    # Mailed once, and three times again.
    assert SignInCode.objects.count() == 1
    codes = {spaced(code_of(code.pk)) in letter.body for letter in mail.outbox}
    assert codes == {True}
    numbers = {letter.extra_headers["Message-ID"] for letter in mail.outbox}
    assert len(numbers) == len(mail.outbox) == 4
    ada.type(code_of(code.pk))
    assert ada.has == expected["A"]


def test_l9_asked_again_within_the_minute_it_says_when_it_was_sent(
    ada: Visitor, time_machine: TimeMachineFixture
) -> None:
    ada.ask()
    pass_time(time_machine, seconds=20)
    ada.ask()
    expected, rows = case("L9")["expected"], SignInCode.objects.all()
    assert (len(rows), len(mail.outbox)) == (expected["rows"], expected["mails"])
    sent = rows.get().last_asked_at
    page = ada.get(f"{ada.start}code/").content.decode()
    assert f"{expected['says']} {sent:%H:%M} UTC." in page


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_session_ends_by[removed]",
)
def test_two_invitations_are_open_side_by_side(ada: Visitor, where: Evaluation) -> None:
    other = Visitor(invited(where, "Globex ML", "bo@globex.example"), ada.browser)
    first, second = ada.ask(), other.ask()
    assert other.type(code_of(second.pk)).status_code == 302
    assert ada.type(code_of(first.pk)).status_code == 302
    assert (ada.get().status_code, other.get().status_code) == (200, 200)


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


@pytest.mark.parametrize("how", ["signs out", "removed"])
def test_a_session_ends_by(how: str, ada: Visitor, where: Evaluation) -> None:
    ada.sign_in()
    session = VendorSession.objects.get()
    if how == "signs out":
        ada.post(f"{ada.home}sign-out/", ada.home)
    else:
        remove_contact(contact=ada.link.contact, reason="Left.", by=where.owner)
    session.refresh_from_db()
    assert session.ended_at is not None
    assert ada.get().status_code == 403
    if how == "removed":
        assert ada.get(ada.start).status_code == 404


def test_own_foreign_and_absent_invitations_are_alike_without_a_session(
    ada: Visitor, where: Evaluation
) -> None:
    rival = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    absent = "/vendor/6f9619ff-8b86-4011-b42d-00cf4fc964ff/"
    pages = [rival.get(path) for path in (ada.home, absent, "/vendor/nonsense/")]
    assert len({text_of(page) for page in pages}) == 1
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
