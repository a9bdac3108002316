"""Answering in a browser: drafts that are the vendor's own, and handing them in."""

import datetime
from typing import Any

import pytest

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.requirements.services.scopes import add_list, demand
from tests.factories import vendors
from tests.vendors.mails import read, to_whom
from tests.vendors.portal.visitor import ADDRESS, Visitor, invited
from vendors.models import AnswerDraft, Claim, Submission
from vendors.services.answering import close_claims
from vendors.services.claims import SubmittedAnswer, submit_claims
from vendors.services.drafts import hand_in
from vendors.services.reminders import schedule_receipts

WORDS = {"availability": "now", "statement": "OIDC and SAML since 4.2."}


def typed(visitor: Visitor, ref: str, version: int = 0, **fields: str) -> Any:
    """The form of one requirement, sent."""
    address = f"{visitor.home}answer/{ref}/"
    return visitor.post(address, version=str(version), **{**WORDS, **fields})


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def test_a_saved_draft_is_shown_again_and_leads_to_the_next(inside: Visitor) -> None:
    answer = typed(inside, "R1")
    assert answer.headers["Location"] == f"{inside.home}answer/R2/#answer"
    assert WORDS["statement"] in inside.get(f"{inside.home}answer/R1/").content.decode()
    page = inside.get().content.decode()
    assert "1 of 4 answers, 3 must-haves to go" in page.replace("\n", " ").replace(
        "  ", ""
    )
    assert not Claim.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_too_much_is_not_kept",
)
def test_handing_in_makes_the_claims_and_the_receipt_that_rest_would(
    inside: Visitor, where: Evaluation
) -> None:
    rival = vendors.invited(where, "Globex ML")
    by = Actor(name="Globex (token evt_0123)")
    stated = [
        SubmittedAnswer(ref, WORDS["availability"], WORDS["statement"])
        for ref in ("R1", "R2")
    ]
    submit_claims(candidate=rival, claims=stated, by=by)
    theirs = hand_in(candidate=rival, by=by)
    for ref in ("R1", "R2"):
        typed(inside, ref)
    before = Entry.objects.count()
    answer = inside.post(f"{inside.home}hand-in/")
    assert answer.headers["Location"] == f"{inside.home}receipt/"
    mine = Submission.objects.get(candidate=inside.link.candidate)
    assert mine.sha256 == theirs.sha256
    assert mine.number in inside.get(f"{inside.home}receipt/").content.decode()
    assert not AnswerDraft.objects.exists()
    told = Entry.objects.order_by("number")[before:]
    by_rest = Entry.objects.filter(actor_name=by.name).order_by("number")
    assert [entry.action for entry in told] == [entry.action for entry in by_rest]
    assert {entry.actor_name for entry in told} == {"Acme (Ada Park)"}
    for mine_said, rest_said in zip(told, by_rest, strict=True):
        assert mine_said.before == rest_said.before
        assert set(mine_said.after) == set(rest_said.after)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_too_much_is_not_kept",
)
def test_a_second_hand_in_without_a_change_is_refused(inside: Visitor) -> None:
    typed(inside, "R1")
    inside.post(f"{inside.home}hand-in/")
    again = inside.post(f"{inside.home}hand-in/")
    assert again.status_code == 409
    assert "Nothing has changed since receipt" in again.content.decode()
    assert Submission.objects.count() == 1


def test_everything_wrong_is_named_at_once_and_nothing_is_taken(
    inside: Visitor,
) -> None:
    typed(inside, "R1")
    typed(inside, "R2", availability="planned")
    typed(inside, "R3", evidence_url="ftp://acme.example/x")
    page = inside.post(f"{inside.home}hand-in/")
    text = page.content.decode()
    assert page.status_code == 400
    assert "A plan needs the date" in text
    assert "http" in text
    assert "2 answers need another look" in text
    assert not Claim.objects.exists()
    assert AnswerDraft.objects.count() == 3


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_is_not_asked_is_not_there",
)
def test_of_two_tabs_the_second_sees_the_words_of_the_first(inside: Visitor) -> None:
    typed(inside, "R1")
    typed(inside, "R1", version=1, statement="First words.")
    second = typed(inside, "R1", version=1, statement="Second words.")
    text = second.content.decode()
    assert second.status_code == 409
    assert "First words." in text
    assert "Second words." in text
    assert AnswerDraft.objects.get().typed["statement"] == "First words."


def test_a_script_saves_and_hears_of_another_tab(inside: Visitor) -> None:
    address = f"{inside.home}answer/R1/"
    token = inside.get(address).context["csrf_token"]

    def autosave(version: int, statement: str) -> Any:
        sent = {**WORDS, "statement": statement, "version": version}
        head = {"X-Autosave": "1", "X-CSRFToken": str(token)}
        return inside.browser.post(address, sent, headers=head)

    assert autosave(0, "One.").json()["version"] == 1
    assert autosave(1, "Two.").json()["version"] == 2
    assert autosave(1, "Two.").json()["version"] == 2
    late = autosave(1, "Three.")
    assert (late.status_code, "problem" in late.json()) == (409, True)


@pytest.mark.parametrize("how", ["by hand", "deadline"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[deadline]"
)
def test_after_the_end_nothing_is_taken_and_what_was_typed_stays(
    how: str, inside: Visitor, where: Evaluation
) -> None:
    typed(inside, "R1")
    if how == "by hand":
        close_claims(evaluation=where, by=where.owner)
    else:
        vendors.close_by_deadline(where)
    # Its form was opened before.
    late = inside.post(f"{inside.home}hand-in/", inside.home)
    assert late.status_code == 409
    assert "Claims closed at" in late.content.decode()
    typed(inside, "R2", statement="Typed too late.")
    assert not Claim.objects.exists()
    kept = inside.get(f"{inside.home}drafts/")
    assert kept["Content-Disposition"].startswith("attachment")
    assert set(kept.json()) == {"R1", "R2"}
    assert kept.json()["R2"]["statement"] == "Typed too late."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_earlier_answers.py"
    "::test_other_values_and_numbers_stay_blank",
)
def test_values_of_lists_are_answered_and_come_back_ticked(
    inside: Visitor, where: Evaluation
) -> None:
    scope = add_list(
        evaluation=where, name="Runs on", values=["AWS", "on premises"], by=where.owner
    )
    asked = where.requirements.get(ref="R1")
    demand(requirement=asked, scopes=[scope], by=where.owner)
    typed(
        inside,
        "R1",
        holds_for='["Runs on", "AWS"]',
        own_answers="Runs on: on premises = planned 2099-03-31",
    )
    refused = inside.post(f"{inside.home}hand-in/")
    assert "20 years" in refused.content.decode()
    typed(
        inside,
        "R1",
        version=1,
        holds_for='["Runs on", "AWS"]',
        own_answers="Runs on: on premises = never",
    )
    inside.post(f"{inside.home}hand-in/")
    claim = Claim.objects.get()
    assert claim.holds_for is not None
    assert claim.holds_for["means"] == {
        "Runs on": {"AWS": ["now", None], "on premises": ["never", None]}
    }
    page = inside.get(f"{inside.home}answer/R1/").content.decode()
    assert "on premises = never" in page
    assert page.count(" checked") + page.count("\nchecked") >= 2
    typed(
        inside,
        "R1",
        holds_for='["Runs on", "AWS"]',
        own_answers="Runs on: on premises = never",
    )
    assert not AnswerDraft.objects.exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_too_much_is_not_kept",
)
def test_a_requirement_that_changed_is_confirmed_by_its_draft(
    inside: Visitor, where: Evaluation
) -> None:
    typed(inside, "R1")
    inside.post(f"{inside.home}hand-in/")
    where.requirements.filter(ref="R1").update(revision=2)
    assert "changed, please confirm" in inside.get().content.decode()
    typed(inside, "R1")
    inside.post(f"{inside.home}hand-in/")
    assert Claim.objects.filter(superseded_at=None).get().requirement_revision == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_draft_files.py::test_attaching_nothing_says_so",
)
def test_each_contact_gets_the_receipt_by_mail_once(
    inside: Visitor, where: Evaluation
) -> None:
    invited(where, "Globex ML", "bo@globex.example")
    typed(inside, "R1")
    inside.post(f"{inside.home}hand-in/")
    schedule_receipts()
    schedule_receipts()
    assert to_whom("answer_handed_in") == [ADDRESS]
    message = read(Notice.objects.get(kind="answer_handed_in"))
    receipt = Submission.objects.get()
    assert receipt.number in message.text
    assert receipt.sha256 in message.text
    assert WORDS["statement"] not in message.text


def test_too_much_is_not_kept(inside: Visitor) -> None:
    page = typed(inside, "R1", statement="x" * 20_000)
    assert page.status_code == 400
    assert not AnswerDraft.objects.exists()


def test_what_is_not_asked_is_not_there(inside: Visitor, where: Evaluation) -> None:
    now = datetime.datetime.now(datetime.UTC)
    where.requirements.filter(ref="R4").update(retired_at=now)
    for ref in ("R4", "R99"):
        assert inside.get(f"{inside.home}answer/{ref}/").status_code == 404
