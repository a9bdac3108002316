"""How far a vendor is, said alike on its pages and through the API."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, User
from evaltracker.pages.workspace import page_address
from tests.factories import common, vendors
from tests.meddling import meddle
from tests.vendors.door import case
from tests.vendors.mails import owed, read
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.progress import Progress, progress_of
from vendors.services.dialogue import ask_question
from vendors.services.reminders import remind_of_closing

MUSTS = 12


@pytest.fixture
def many(db: None) -> Evaluation:
    """57 requirements, 12 of them must-haves, with answers open."""
    evaluation = common.evaluation()
    for number in range(57):
        priority = "must" if number < MUSTS else "should"
        common.requirement(evaluation, f"Q{number}", priority)
    return vendors.in_research(evaluation)


def hand_in(ada: Visitor, *, left: int = 0) -> None:
    """All answers but so many, the first of which are must-haves."""
    candidate = ada.link.candidate
    for requirement in candidate.evaluation.requirements.all():
        if int(requirement.ref[1:]) >= left:
            vendors.claim(candidate, requirement)
    assert ada.post(f"{ada.home}hand-in/").status_code == 302


def quote(ada: Visitor) -> None:
    head = {"currency": "EUR", "valid_until": "2040-06-30", "0-kind": "licence"}
    assert ada.quote(**head, **{"0-likely": "8484"}).status_code == 302
    table = "vendors_quote"
    meddle(f"UPDATE {table} SET handed_in_at = '2040-05-03 12:00'", table)


def told(progress: Progress) -> dict[str, Any]:
    """As the cases write it."""
    on = progress.prices_on if progress.prices == "handed_in" else ""
    return {
        **{name: getattr(progress, name) for name in ("answered", "of", "musts_left")},
        "prices": f"{progress.prices} {on}".strip(),
        "support": progress.support,
    }


def words(ada: Visitor, page: str) -> str:
    shown = ada.get(f"{ada.home}{page}").content.decode()
    return " ".join(strip_tags(shown).split())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_p3_withdrawn_prices_are_not_handed_in",
)
def test_p1_who_forgot_prices_is_told_on_hand_in_and_receipt(many: Evaluation) -> None:
    ada = Visitor(invited(many)).sign_in()
    hand_in(ada)
    expected = case("P1")["expected"]
    assert expected["progress"].items() <= told(progress_of(ada.link.candidate)).items()
    for page in ("receipt/", "hand-in/"):
        assert expected["sentence"] in words(ada, page)
        assert f'<a href="{ada.home}quote/">Quote your prices</a>' in (
            ada.get(f"{ada.home}{page}").content.decode()
        )
    assert "57 of 57 answers · prices not handed in · support" in words(ada, "")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_one_own_invitation_tells_it_through_the_api",
)
def test_p2_nothing_is_said_of_what_is_handed_in(many: Evaluation) -> None:
    ada = Visitor(invited(many)).sign_in()
    hand_in(ada)
    quote(ada)
    expected = case("P2")["expected"]["progress"]
    del expected["support"]
    assert expected.items() <= told(progress_of(ada.link.candidate)).items()
    said = words(ada, "hand-in/")
    assert "57 of 57 answers · prices handed in 3 May 2040" in said
    assert case("P1")["expected"]["sentence"] not in said


def test_p3_withdrawn_prices_are_not_handed_in(ada: Visitor) -> None:
    ada.sign_in()
    quote(ada)
    ada.post(f"{ada.home}quote/", then="withdraw")
    expected = case("P3")["expected"]["progress"]
    assert expected.items() <= told(progress_of(ada.link.candidate)).items()
    said = words(ada, "")
    assert "prices not handed in (handed in 3 May 2040, withdrawn)" in said
    assert case("P1")["expected"]["sentence"] in words(ada, "hand-in/")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py"
    "::test_the_code_opens_a_session_with_an_id_of_its_own",
)
def test_p4_what_is_left_is_said_with_must_haves_first(many: Evaluation) -> None:
    ada = Visitor(invited(many)).sign_in()
    candidate = ada.link.candidate
    for requirement in many.requirements.exclude(ref__in=("Q0", "Q20", "Q21")):
        vendors.claim(candidate, requirement)
    vendors.invited(many, "Globex ML")
    said = progress_of(candidate).words
    assert said.startswith("54 of 57 answers, 1 must-have to go · prices not handed in")
    soon = timezone.now() + datetime.timedelta(days=6)
    ago = timezone.now() - datetime.timedelta(days=9)
    Evaluation.objects.filter(pk=many.pk).update(
        claims_close_at=soon, claims_opened_at=ago
    )
    Candidate.objects.update(invited_at=ago)
    remind_of_closing()
    mail = read(next(row for row in owed("claims_closing") if "acme" in row.address))
    expected = case("P4")["expected"]
    text = " ".join(mail.text.split())
    assert said in text and all(part in text for part in expected["mail_holds"])
    assert not any(part in text for part in ("EUR", "Globex", "/api/v1/docs/"))


def test_p5_progress_tells_the_owner_nothing(ada: Visitor, where: Evaluation) -> None:
    ada.sign_in()
    before = Entry.objects.count()
    for ref in ("R1", "R2", "R3"):
        fields = {"version": "0", "availability": "now", "statement": "Yes."}
        ada.post(f"{ada.home}answer/{ref}/", **fields)
    head = {"currency": "EUR", "valid_until": "2040-06-30", "0-kind": "licence"}
    ada.post(f"{ada.home}quote/", **head, **{"0-likely": "8484"})
    assert "3 of 4 answers" in words(ada, "")
    assert Entry.objects.count() == before
    owner = Client()
    owner.force_login(User.objects.get(pk=where.owner_id))
    tabs = ("invitations", "overview", "journal", "candidates")
    pages = [page_address(where, tab) for tab in tabs]
    pages.append(f"/admin/candidates/{ada.link.candidate_id}/way-in/")
    expected = case("P5")["expected"]
    forbidden = {"3": "3 of 4", "drafts": "3 drafts", "prices typed": "8484"}
    for page in pages:
        shown = owner.get(page)
        assert shown.status_code == 200, page
        said = " ".join(strip_tags(shown.content.decode()).split())
        seen = [kind for kind in expected["owner_sees_not"] if forbidden[kind] in said]
        assert seen == [], page
    told = {"code used": "Asked for today", "day of last visit": "Was in today."}
    assert all(told[kind] in said for kind in expected["owner_sees"])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_a_session_ends_by[removed]",
)
def test_questions_and_documents_are_counted_until_they_are_seen(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    acme = Candidate.objects.get(pk=ada.link.candidate_id)
    by = SYSTEM
    ask_question(
        evaluation=where, candidate=acme, requirement=None, text="Which?", by=by
    )
    PublishedDocument.objects.create(
        candidate=acme, kind="award", text="Yours.", sha256="0" * 64
    )
    assert "1 question waits · 1 new document" in words(ada, "")
    # New in the first visit after it, and no more in the one after that.
    assert "1 new document" in words(Visitor(ada.link).sign_in(), "")
    later = words(Visitor(ada.link).sign_in(), "")
    assert "1 question waits" in later and "new document" not in later
    assert progress_of(acme).documents == 0


def test_one_own_invitation_tells_it_through_the_api(ada: Visitor) -> None:
    acme = ada.link.candidate
    assert acme.vendor is not None
    secret = vendors.token(acme.vendor)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    ada.sign_in()
    quote(ada)
    answer = client.get(f"/api/v1/invitations/{acme.pk}/").json()
    assert answer["progress"] == {
        **{"answered": 0, "of": 4, "musts_left": 4},
        **{"prices": "handed_in", "prices_on": "2040-05-03"},
        **{"support": "not_stated", "questions": 0, "documents": 0},
    }
    assert "progress" not in client.get("/api/v1/invitations/").json()["results"][0]
