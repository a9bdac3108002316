"""Questions and proposals in the vendor pages, by the same services as the API."""

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import Proposal, Question
from vendors.services.answering import answer_question
from vendors.services.dialogue import accept_proposal
from vendors.services.windows import close_claims


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


def test_a_question_is_asked_and_its_answer_read_by_all(
    inside: Visitor, where: Evaluation
) -> None:
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    page = f"{inside.home}questions/"
    assert inside.post(page, about="R1", text="Which versions?").status_code == 302
    question = Question.objects.get()
    assert question.requirement == where.requirements.get(ref="R1")
    assert question.asking is not None
    assert question.asking.candidate == inside.link.candidate
    entry = Entry.objects.get(action="question.asked")
    assert entry.actor_name == "Acme (Ada Park)"
    assert "asked by you" in inside.get(page).content.decode()
    theirs = f"{bo.home}questions/"
    assert "Which versions?" not in bo.get(theirs).content.decode()
    answer_question(question=question, answer="2.1 and later.", by=where.owner)
    said = bo.get(theirs).content.decode()
    assert "2.1 and later." in said
    assert "asked by you" not in said


def test_a_requirement_is_proposed_and_its_fate_read(
    inside: Visitor, where: Evaluation
) -> None:
    page = f"{inside.home}proposals/"
    category = where.categories.get().name
    sent = inside.post(page, category=category, text="Quotas", reason="They matter.")
    assert sent.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.candidate == inside.link.candidate
    assert "Open" in inside.get(page).content.decode()
    accept_proposal(proposal=proposal, ref="R9", by=where.owner)
    assert "Accepted as R9" in " ".join(inside.get(page).content.decode().split())


@pytest.mark.parametrize("kind", ["questions", "proposals"])
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    kind: str, inside: Visitor, where: Evaluation
) -> None:
    page = f"{inside.home}{kind}/"
    category = where.categories.get().name
    empty = inside.post(page, text="  ", about="", category=category)
    assert (empty.status_code, 'role="alert"' in empty.content.decode()) == (400, True)
    inside.get(page)
    close_claims(evaluation=where, by=where.owner)
    late = inside.post(page, inside.home, text="Late?", about="", category=category)
    assert late.status_code == 409
    assert not (Question.objects.exists() or Proposal.objects.exists())


def test_what_is_not_asked_cannot_be_asked_about(inside: Visitor) -> None:
    page = f"{inside.home}questions/"
    assert inside.post(page, text="What?", about="R77").status_code == 404
