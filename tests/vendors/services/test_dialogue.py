"""Questions, proposals and receipts."""

import pytest

from evaltracker.errors import Forbidden, Invalid, NotFound, Refused
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Requirement
from tests.factories import common, stakeholders, vendors
from vendors.admin.dialogue import open_proposals, open_questions
from vendors.answers import digest_of
from vendors.models import Candidate
from vendors.selectors.claims import own_claims
from vendors.selectors.dialogue import questions_for
from vendors.services.dialogue import (
    accept_proposal,
    answer_question,
    ask_question,
    decline_proposal,
    propose_requirement,
)
from vendors.services.drafts import hand_in

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")


@pytest.fixture
def requirement() -> Requirement:
    where = common.evaluation()
    asked = common.requirement(where)
    vendors.in_research(where)
    return asked


@pytest.fixture
def acme(requirement: Requirement) -> Candidate:
    return vendors.invited(requirement.evaluation)


def test_an_open_question_is_its_askers_alone_until_it_is_answered(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    globex = vendors.invited(where, "Globex ML")
    asked, _ = ask_question(evaluation=where, text="Which R?", candidate=acme, by=ACME)
    assert list(questions_for(acme)) == [asked]
    assert list(questions_for(globex)) == []
    answer_question(question=asked, answer="R 4.4", by=where.owner)
    assert list(questions_for(globex)) == [asked]
    assert list(open_questions(where.owner, where) or ()) == []
    assert Entry.objects.latest("number").action == "question.answered"


def test_questions_are_asked_by_invited_vendors_and_people_with_a_part(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    priya = stakeholders.stakeholders(where, "pm")["pm"]
    assert ask_question(evaluation=where, text="Who trains us?", by=priya.user)
    with pytest.raises(Forbidden):
        ask_question(evaluation=where, text="What is it?", by=common.noor())
    later = vendors.candidate(where, "Globex ML")
    with pytest.raises(NotFound):
        ask_question(evaluation=where, text="May I?", candidate=later, by=ACME)
    vendors.close_by_deadline(where)
    with pytest.raises(Refused, match="Claims closed at"):
        ask_question(evaluation=where, text="Which R?", candidate=acme, by=ACME)


def test_only_the_owner_answers_and_with_words(acme: Candidate) -> None:
    where = acme.evaluation
    asked, _ = ask_question(evaluation=where, text="R?", candidate=acme, by=ACME)
    with pytest.raises(Forbidden):
        answer_question(question=asked, answer="4.4", by=common.otto())
    with pytest.raises(Invalid):
        answer_question(question=asked, answer=" ", by=acme.evaluation.owner)


def test_an_accepted_proposal_is_a_requirement_that_everybody_is_asked(
    acme: Candidate, requirement: Requirement
) -> None:
    where = acme.evaluation
    made, _ = propose_requirement(
        candidate=acme, category=requirement.category, text="Audit log", by=ACME
    )
    assert list(open_proposals(where.owner, where) or ()) == [made]
    with pytest.raises(Forbidden):
        accept_proposal(proposal=made, ref="P1", by=common.otto())
    with pytest.raises(Invalid):
        accept_proposal(proposal=made, ref="R1", by=where.owner)
    ruled = accept_proposal(proposal=made, ref="P1", by=where.owner)
    assert ruled.requirement == where.requirements.get(ref="P1")
    with pytest.raises(Refused, match="accepted already"):
        decline_proposal(proposal=made, reason="No", by=where.owner)


def test_a_declined_proposal_says_why(
    acme: Candidate, requirement: Requirement
) -> None:
    made, _ = propose_requirement(
        candidate=acme, category=requirement.category, text="Our logo", by=ACME
    )
    with pytest.raises(Invalid):
        decline_proposal(proposal=made, reason="", by=acme.evaluation.owner)
    ruled = decline_proposal(
        proposal=made, reason="Moves no metric", by=acme.evaluation.owner
    )
    assert (ruled.state, ruled.state_reason) == ("declined", "Moves no metric")


def test_a_receipt_binds_the_own_claims_and_repeats_give_the_same(
    acme: Candidate, requirement: Requirement
) -> None:
    with pytest.raises(Refused, match="no claim"):
        hand_in(candidate=acme, by=ACME)
    vendors.claim(acme, requirement)
    first = hand_in(candidate=acme, by=ACME)
    assert first.sha256 == digest_of(own_claims(acme))
    assert first.number.endswith("-1")
    assert hand_in(candidate=acme, by=ACME) == first
    vendors.claim(acme, requirement, "beta")
    second = hand_in(candidate=acme, by=ACME)
    assert second.number.endswith("-2")
    assert second.sha256 != first.sha256


def test_after_the_deadline_nothing_is_handed_in(
    acme: Candidate, requirement: Requirement
) -> None:
    vendors.claim(acme, requirement)
    vendors.close_by_deadline(acme.evaluation)
    with pytest.raises(Refused, match="Claims closed at"):
        hand_in(candidate=acme, by=ACME)
