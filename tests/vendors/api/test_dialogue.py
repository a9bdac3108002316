"""Questions and proposals, and what rivals do not learn of each other by them."""

from typing import Any

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import vendors
from tests.vendors.api.conftest import Party, refused
from vendors.models import Proposal, Question
from vendors.services.dialogue import accept_proposal, answer_question, decline_proposal

WISH = {"category": "Training", "text": "GPU quotas", "reason": "All regret it."}


def ask(party: Party, text: str = "Which R?", **more: Any) -> Any:
    return party.call("POST", f"{party.home}questions/", {"text": text, **more})


def questions(party: Party) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = party.call("GET", f"{party.home}questions/").json()[
        "results"
    ]
    return found


def propose(party: Party, **more: Any) -> Any:
    return party.call("POST", f"{party.home}proposals/", {**WISH, **more})


def test_a_question_is_the_askers_until_it_is_answered_for_all(
    acme: Party, globex: Party, where: Evaluation
) -> None:
    asked = ask(acme, requirement="R1")
    assert asked.status_code == 201
    assert asked.json()["own"] is True
    assert (questions(acme), questions(globex)) == ([asked.json()], [])
    answer_question(question=Question.objects.get(), answer="4.x", by=where.owner)
    assert questions(acme)[0]["answer"] == "4.x"
    theirs = questions(globex)[0]
    assert (theirs["own"], theirs["asked_at"]) == (False, None)
    assert (theirs["text"], theirs["answer"]) == ("Which R?", "4.x")
    assert theirs["requirement"] == "R1"
    assert "Acme" not in str(theirs)
    assert Entry.objects.filter(action="question.asked").count() == 1


def test_many_questions_are_paged_without_loss(
    acme: Party, globex: Party, where: Evaluation
) -> None:
    for number in range(5):
        ask(globex if number % 2 else acme, f"Question {number}")
    for question in Question.objects.filter(text__in=["Question 1", "Question 2"]):
        answer_question(question=question, answer="Yes.", by=where.owner)
    seen, page = [], f"{acme.home}questions/?limit=1"
    while page:
        body = acme.call("GET", page).json()
        seen += [result["text"] for result in body["results"]]
        page = body["next"]
    assert sorted(seen) == ["Question 0", "Question 1", "Question 2", "Question 4"]


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("#/text", {}),
        ("#/text", {"text": " "}),
        ("#/text", {"text": "x" * 5001}),
        ("#/text", {"text": 5}),
        ("#/text", {"text": "a\x00b"}),
        ("#/requirement", {"text": "x", "requirement": "R9"}),
        ("#/requirement", {"text": "x", "requirement": 1}),
        ("#/candidate", {"text": "x", "candidate": "y"}),
        ("#/answer", {"text": "x", "answer": "y"}),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[#/text-body1]",
)
def test_a_bad_question_is_400(acme: Party, pointer: str, body: Any) -> None:
    problem = refused(acme.call("POST", f"{acme.home}questions/", body), 400)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Question.objects.exists()


def test_a_proposal_is_its_vendors_own_and_tells_its_fate(
    acme: Party, globex: Party, where: Evaluation
) -> None:
    made = propose(acme)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert made.json()["category"] == "Training"
    propose(acme, text="Something else")
    first, second = Proposal.objects.order_by("proposed_at")
    accept_proposal(proposal=first, ref="X1", by=where.owner)
    decline_proposal(proposal=second, reason="Not ours.", by=where.owner)
    listed = acme.call("GET", f"{acme.home}proposals/").json()["results"]
    assert [row["state"] for row in listed] == ["accepted", "declined"]
    assert listed[0]["requirement"] == "X1"
    assert listed[1]["state_reason"] == "Not ours."
    assert globex.call("GET", f"{globex.home}proposals/").json()["results"] == []
    asked = globex.call("GET", f"{globex.home}requirements/").json()["results"]
    assert "X1" in [row["ref"] for row in asked]


@pytest.mark.parametrize(
    ("pointer", "fields"),
    [
        ("#/category", {"category": "Nothing"}),
        ("#/category", {"category": 5}),
        ("#/text", {"text": ""}),
        ("#/reason", {"reason": None}),
        ("#/reason", {"reason": "x" * 5001}),
        ("#/state", {"state": "accepted"}),
        ("#/weight", {"weight": 10}),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[#/weight-fields6]",
)
def test_a_bad_proposal_is_400(acme: Party, pointer: str, fields: Any) -> None:
    problem = refused(propose(acme, **fields), 400)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Proposal.objects.exists()


def test_after_the_deadline_nothing_is_asked_or_proposed(
    acme: Party, where: Evaluation
) -> None:
    vendors.close_by_deadline(where)
    assert refused(ask(acme), 409)["code"] == "claims_closed"
    assert refused(propose(acme), 409)["code"] == "claims_closed"


def test_a_key_asks_and_proposes_once(acme: Party) -> None:
    for below, body in (("questions/", {"text": "Which R?"}), ("proposals/", WISH)):
        sent = [
            acme.call("POST", f"{acme.home}{below}", body, idempotency_key="one")
            for _ in range(2)
        ]
        assert sent[0].content == sent[1].content
        assert sent[1]["Idempotent-Replayed"] == "true"
    assert (Question.objects.count(), Proposal.objects.count()) == (1, 1)
