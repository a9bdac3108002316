"""What keeps an evaluation in demos."""

from decimal import Decimal

import pytest

from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import (
    far_apart_scores_settled,
    must_haves_judged_in_a_demo,
    scores_locked,
)
from stakeholders.models import Stakeholder
from tests.factories import trials, vendors
from trials.services.scores import give_score, lock_scores, open_consensus, settle_score
from vendors.models import Candidate
from vendors.services.candidates import shortlist

FAR_APART = (5, 1, 5, 5, 5)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verdict", ["holds", "partly", "fails", "not_shown"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[fails]"
)
def test_must_haves_judged_in_a_demo_takes_any_verdict_of_a_demo(verdict: str) -> None:
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    where = vendors.enter(where, "demos")
    (blocker,) = must_haves_judged_in_a_demo(GateContext(where))
    assert "1 must-have not judged in a demo: R1" in blocker.sentence
    trials.verdict(trials.claim_of(option), "research")
    assert len(list(must_haves_judged_in_a_demo(GateContext(where)))) == 1
    trials.verdict(trials.claim_of(option), "demo", verdict)
    assert list(must_haves_judged_in_a_demo(GateContext(where))) == []


def test_must_haves_judged_in_a_demo_asks_nothing_of_an_honest_never() -> None:
    where = trials.platform()
    option = vendors.invited(where)
    vendors.claim(option, where.requirements.get(), "never")
    shortlist(candidate=option, by=where.owner)
    where = vendors.enter(where, "demos")
    assert list(must_haves_judged_in_a_demo(GateContext(where))) == []


def scored_by_all(option: Candidate, *values: int) -> list[Stakeholder]:
    """Everybody's scores in the only category, not locked yet."""
    where = option.evaluation
    scorers = list(where.stakeholders.filter(scores=True).order_by("role"))
    for part, value in zip(scorers, values, strict=True):
        give_score(
            stakeholder=part,
            candidate=option,
            category=where.categories.get(),
            value=value,
            reason="Seen in the demo.",
            by=part.user,
        )
    return scorers


def test_scores_locked_names_each_who_has_not() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    where = vendors.enter(where, "demos")
    scorers = scored_by_all(option, 0, 0, 0, 0, 0)
    assert len(list(scores_locked(GateContext(where)))) == len(scorers) > 1
    for part in scorers[1:]:
        lock_scores(stakeholder=part, by=part.user)
    (blocker,) = scores_locked(GateContext(where))
    assert scorers[0].user.name in blocker.sentence
    lock_scores(stakeholder=scorers[0], by=scorers[0].user)
    assert list(scores_locked(GateContext(where))) == []


def test_scores_locked_asks_to_name_scorers_if_there_are_none() -> None:
    where = trials.platform(stage="demos")
    where.stakeholders.update(scores=False)
    (blocker,) = scores_locked(GateContext(where))
    assert "Nobody is asked to score" in blocker.sentence


def test_far_apart_scores_settled_asks_for_the_meeting_once_all_have_locked() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    where = vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    *most, last = scored_by_all(option, *FAR_APART)
    for part in most:
        lock_scores(stakeholder=part, by=part.user)
    assert list(far_apart_scores_settled(GateContext(where))) == []
    lock_scores(stakeholder=last, by=last.user)
    (blocker,) = far_apart_scores_settled(GateContext(where))
    assert blocker.sentence == (
        "1 score is far apart; open the consensus and talk about it."
    )
    open_consensus(evaluation=where, by=where.owner)
    (blocker,) = far_apart_scores_settled(GateContext(where))
    assert "not settled yet: Training of Acme ML." in blocker.sentence
    settle_score(
        evaluation=where,
        candidate=option,
        category=where.categories.get(),
        value=Decimal(4),
        reason="Dana had not seen the second half.",
        by=where.owner,
    )
    assert list(far_apart_scores_settled(GateContext(where))) == []
