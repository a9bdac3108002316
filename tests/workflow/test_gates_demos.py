"""What keeps an evaluation in demos."""

import pytest

from evaltracker.workflow.gates import Look
from evaltracker.workflow.gates.demos import (
    must_haves_judged_in_a_demo,
    scores_locked,
)
from tests.cast import trials, vendors
from trials.services.scores import give_score, lock_scores
from vendors.services.candidates import shortlist

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verdict", ["holds", "partly", "fails", "not_shown"])
def test_must_haves_judged_in_a_demo_takes_any_verdict_of_a_demo(verdict: str) -> None:
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    where = vendors.enter(where, "demos")
    (blocker,) = must_haves_judged_in_a_demo(Look(where))
    assert "1 must-have not judged in a demo: R1" in blocker.sentence
    trials.verdict(trials.claim_of(option), "research")
    assert len(list(must_haves_judged_in_a_demo(Look(where)))) == 1
    trials.verdict(trials.claim_of(option), "demo", verdict)
    assert list(must_haves_judged_in_a_demo(Look(where))) == []


def test_must_haves_judged_in_a_demo_asks_nothing_of_an_honest_never() -> None:
    where = trials.platform()
    option = vendors.invited(where)
    vendors.claim(option, where.requirements.get(), "never")
    shortlist(candidate=option, by=where.owner)
    where = vendors.enter(where, "demos")
    assert list(must_haves_judged_in_a_demo(Look(where))) == []


def test_scores_locked_names_each_who_has_not() -> None:
    where = trials.platform()
    option = trials.claimed(where)
    where = vendors.enter(where, "demos")
    scorers = list(where.stakeholders.filter(scores=True))
    for part in scorers:
        give_score(
            stakeholder=part,
            candidate=option,
            category=where.categories.get(),
            value=0,
            reason="Nothing worked",
            by=part.user,
        )
    assert len(list(scores_locked(Look(where)))) == len(scorers) > 1
    for part in scorers[1:]:
        lock_scores(stakeholder=part, by=part.user)
    (blocker,) = scores_locked(Look(where))
    assert scorers[0].user.name in blocker.sentence
    lock_scores(stakeholder=scorers[0], by=scorers[0].user)
    assert list(scores_locked(Look(where))) == []


def test_scores_locked_asks_to_name_scorers_if_there_are_none() -> None:
    where = trials.platform(stage="demos")
    where.stakeholders.update(scores=False)
    (blocker,) = scores_locked(Look(where))
    assert "Nobody is asked to score" in blocker.sentence
