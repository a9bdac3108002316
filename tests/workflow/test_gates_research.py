"""What keeps an evaluation in research."""

import pytest

from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import (
    claims_closed,
    cost_coverage_known,
    must_haves_answered,
    no_open_question,
)
from tests.factories import common, trials, vendors
from tests.it_kinds import checklist
from vendors.services.answering import close_claims
from vendors.services.candidates import eliminate, shortlist
from vendors.services.claims import note_claim, rule_not_applicable
from vendors.services.costs import set_cost_line
from vendors.services.dialogue import answer_question, ask_question

pytestmark = pytest.mark.django_db


def test_claims_closed_waits_until_somebody_or_the_deadline_closes_them() -> None:
    where = trials.platform()
    where.refresh_from_db()
    (still_open,) = claims_closed(GateContext(where))
    assert "can still answer" in still_open.sentence
    assert list(claims_closed(GateContext(vendors.close_by_deadline(where)))) == []


def test_claims_closed_asks_to_open_them_first() -> None:
    where = vendors.enter(common.evaluation(), "research")
    (never,) = claims_closed(GateContext(where))
    assert "never able" in never.sentence


def test_must_haves_answered_wants_a_shortlist_and_each_answer_on_it() -> None:
    where = trials.platform("must", "must", "should")
    (nobody,) = must_haves_answered(GateContext(where))
    assert "shortlisted" in nobody.sentence
    option = trials.claimed(where, where.requirements.get(ref="R1"))
    shortlist(candidate=option, by=where.owner)
    (blocker,) = must_haves_answered(GateContext(where))
    assert "1 must-have: R2" in blocker.sentence
    vendors.claim(option, where.requirements.get(ref="R2"), "never")
    assert list(must_haves_answered(GateContext(where))) == []


def test_must_haves_answered_takes_a_note_without_a_status_for_no_answer() -> None:
    where = trials.platform()
    option = vendors.invited(where)
    shortlist(candidate=option, by=where.owner)
    note_claim(
        candidate=option,
        requirement=where.requirements.get(),
        statement="Their site says so.",
        by=where.owner,
    )
    assert len(list(must_haves_answered(GateContext(where)))) == 1


def test_must_haves_answered_asks_again_when_the_requirement_changed() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    assert list(must_haves_answered(GateContext(where))) == []
    change_requirement(
        requirement=where.requirements.get(), text="Other words", by=where.owner
    )
    assert len(list(must_haves_answered(GateContext(where)))) == 1


@pytest.mark.parametrize("way", ["eliminated", "not applicable"])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_must_haves_answered_wants_a_shortlist_and_each_answer_on_it",
)
def test_must_haves_answered_lets_go_of_whom_it_does_not_concern(way: str) -> None:
    where = trials.platform()
    trials.claimed(where, name="Globex ML")
    shortlist(candidate=where.candidates.get(), by=where.owner)
    option = vendors.invited(where)
    shortlist(candidate=option, by=where.owner)
    assert len(list(must_haves_answered(GateContext(where)))) == 1
    if way == "eliminated":
        eliminate(candidate=option, reason="Silent", by=where.owner)
    else:
        rule_not_applicable(
            candidate=option,
            requirement=where.requirements.get(),
            reason="Hosted",
            by=where.owner,
        )
    assert list(must_haves_answered(GateContext(where))) == []


def test_no_open_question_counts_what_is_unanswered() -> None:
    where = trials.platform()
    question, _ = ask_question(evaluation=where, text="Which regions?", by=where.owner)
    (blocker,) = no_open_question(GateContext(where))
    assert blocker.sentence == "1 question without an answer."
    answer_question(question=question, answer="EU only", by=where.owner)
    assert list(no_open_question(GateContext(where))) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/api/test_reads.py"
    "::test_before_prices_open_of_a_price_only_its_being_there_is_read",
)
def test_cost_coverage_known_takes_unsaid_for_asked_and_silence_for_not() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    kinds = [kind.key for kind in checklist("buy")]
    for kind in kinds[:-1]:
        set_cost_line(candidate=option, kind=kind, state="unsaid", by=where.owner)
    (blocker,) = cost_coverage_known(GateContext(where))
    assert checklist("buy")[-1].name in blocker.sentence
    set_cost_line(candidate=option, kind=kinds[-1], state="unsaid", by=where.owner)
    assert list(cost_coverage_known(GateContext(where))) == []
    close_claims(evaluation=where, by=where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_must_haves_answered_wants_a_shortlist_and_each_answer_on_it",
)
def test_many_candidates_without_costs_are_one_line_that_opens_the_grid() -> None:
    where = trials.platform()
    for number in range(4):
        shortlist(candidate=trials.claimed(where, name=f"V{number}"), by=where.owner)
    (blocker,) = cost_coverage_known(GateContext(where))
    assert blocker.sentence == (
        f"4 candidates were not asked about {len(checklist('buy'))} kinds of cost."
    )
    assert (blocker.verb, "/costs/" in blocker.link) == ("Open the grid", True)
