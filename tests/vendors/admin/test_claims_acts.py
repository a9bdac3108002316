"""Opening claims by the clocks of the evaluation, notes, rulings and questions."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from evaltracker.evaluations.journal import Actor
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import Claim, Proposal, Question, Ruling
from vendors.services.dialogue import ask_question, propose_requirement

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation

    pass

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(db: None) -> Evaluation:
    where = common.evaluation(zone="Europe/Berlin")
    common.requirement(where, "R1")
    stakeholders.stakeholders(where, "it")
    return vendors.enter(where, "research")


def test_claims_close_by_the_clocks_of_the_evaluation(purchase: Evaluation) -> None:
    form = {"close_at": "2099-07-01", "close_time": "12:00"}
    assert act("open-claims", purchase, stakeholders.holder("it"), **form) == 403
    assert act("open-claims", purchase, purchase.owner, **form) == 302
    purchase.refresh_from_db()
    noon = datetime.datetime(2099, 7, 1, 10, tzinfo=datetime.UTC)
    assert purchase.claims_close_at == noon
    assert act("open-claims", purchase, purchase.owner, **form) == 409


def test_without_a_time_claims_close_when_the_day_ends(purchase: Evaluation) -> None:
    assert act("open-claims", purchase, purchase.owner, close_at="2099-07-01") == 302
    purchase.refresh_from_db()
    midnight = datetime.datetime(2099, 7, 1, 22, tzinfo=datetime.UTC)
    assert purchase.claims_close_at == midnight


def test_a_time_that_no_clock_shows_is_refused(purchase: Evaluation) -> None:
    form = {"close_at": "2099-03-29", "close_time": "02:30"}
    answer = signed_in(purchase.owner).post(
        f"/admin/act/open-claims/{purchase.pk}/", form
    )
    assert answer.status_code == 400
    assert "does not exist" in answer.content.decode()


def test_claims_are_closed_and_reopened_with_a_reason(purchase: Evaluation) -> None:
    owner = purchase.owner
    form = {"close_at": "2099-07-01"}
    assert act("close-claims", purchase, owner) == 409
    act("open-claims", purchase, owner, **form)
    assert act("move-claims-close", purchase, owner, **form) == 400
    assert act("move-claims-close", purchase, owner, **form, reason="Fair") == 302
    assert act("close-claims", purchase, owner) == 302
    assert act("reopen-claims", purchase, owner, **form, reason="Late") == 302
    body = signed_in(owner).get(f"/admin/e/{purchase.slug}/candidates/").content
    assert "Move the end" in body.decode()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_the_owner_ticks_the_values_that_an_answer_holds_for[boxes3-"
    "everywhere]",
)
def test_the_buyer_notes_a_status_only_for_what_it_answers(
    purchase: Evaluation,
) -> None:
    one = purchase.requirements.get()
    build = vendors.candidate(purchase, "In-house", "build")
    acme = vendors.candidate(purchase)
    form = {"availability": "now", "statement": "We can"}
    assert act("note-claim", f"{build.pk}.{one.pk}", purchase.owner, **form) == 302
    assert act("note-claim", f"{acme.pk}.{one.pk}", purchase.owner, **form) == 302
    said = dict(Claim.objects.values_list("candidate__name", "availability"))
    assert said == {"In-house": "now", "Acme ML": "unstated"}
    it = stakeholders.holder("it")
    assert act("note-claim", f"{acme.pk}.{one.pk}", it, **form) == 403
    assert act("note-claim", f"{acme.pk}.{one.pk}", common.noor(), **form) == 404
    assert act("note-claim", "nonsense", purchase.owner, **form) == 404
    assert act("withdraw-note", f"{acme.pk}.{one.pk}", purchase.owner) == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_holds_for_on_pages.py"
    "::test_the_owner_ticks_the_values_that_an_answer_holds_for[boxes3-"
    "everywhere]",
)
def test_a_ruling_takes_a_reason_and_can_be_taken_back(purchase: Evaluation) -> None:
    place = f"{vendors.candidate(purchase).pk}.{purchase.requirements.get().pk}"
    owner = purchase.owner
    assert act("rule-not-applicable", place, owner) == 400
    assert act("rule-not-applicable", place, owner, reason="We host it") == 302
    assert act("rule-not-applicable", place, owner, reason="Again") == 409
    assert act("revoke-ruling", Ruling.objects.get(), owner, reason="No") == 302
    assert not Ruling.objects.exists()


def test_questions_are_asked_by_insiders_and_answered_by_the_owner(
    purchase: Evaluation,
) -> None:
    it = stakeholders.holder("it")
    assert act("ask-question", purchase, it, text="R, Python or Java?") == 302
    assert act("ask-question", purchase, common.noor(), text="?") == 404
    question = Question.objects.get()
    form = {"text": question.text, "answer": "All"}
    assert act("answer-question", question, it, **form) == 403
    assert act("answer-question", question, purchase.owner, **form) == 302
    body = signed_in(it).get(f"/admin/e/{purchase.slug}/questions/").content.decode()
    assert 'id="questions"' in body
    assert "R, Python or Java?" in body


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_time_that_no_clock_shows_is_refused",
)
def test_a_vendors_proposal_becomes_a_requirement_or_is_declined(
    purchase: Evaluation,
) -> None:
    vendors.in_research(purchase)
    acme = vendors.invited(purchase)
    voice = Actor(name="Acme by API")
    for text in ("Alerts <i>", "More"):
        propose_requirement(
            candidate=acme, category=purchase.categories.get(), text=text, by=voice
        )
    ask_question(evaluation=purchase, candidate=acme, text="When?", by=voice)
    first, second = Proposal.objects.all()
    form = {"ref": "R9", "priority": "should", "weight": "5"}
    it = stakeholders.holder("it")
    assert act("accept-proposal", first, it, **form) == 403
    assert act("accept-proposal", first, purchase.owner, **form) == 302
    assert purchase.requirements.filter(ref="R9").exists()
    assert act("decline-proposal", second, purchase.owner) == 400
    assert act("decline-proposal", second, purchase.owner, reason="No") == 302
    body = signed_in(it).get(f"/admin/e/{purchase.slug}/questions/").content.decode()
    assert "Alerts &lt;i&gt;" in body
