"""What keeps an evaluation in trials."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.rules import (
    criteria_judged,
    late_scores_settled,
    must_haves_proven,
    no_open_deal_breaker,
    trials_signed,
)
from tests.factories import stakeholders, trials, vendors
from tests.factories.workflow import sign_as
from tests.workflow.test_gates_demos import FAR_APART, scored_by_all
from trials.services.evidence import excuse_knock_out
from trials.services.scores import lock_scores
from trials.services.trials import close_gap, record_gap
from vendors.models import Candidate
from vendors.services.candidates import eliminate, shortlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def finalist() -> Candidate:
    """A shortlisted candidate in the trials stage that claims R1."""
    where = trials.platform()
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "trials")
    return Candidate.objects.select_related("evaluation").get(pk=option.pk)


def look(finalist: Candidate) -> GateContext:
    return GateContext(Evaluation.objects.get(pk=finalist.evaluation_id))


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_no_open_deal_breaker_lets_lesser_and_closed_gaps_pass",
)
def test_criteria_judged_wants_a_trial_and_a_verdict_on_each(
    finalist: Candidate,
) -> None:
    (none,) = criteria_judged(look(finalist))
    assert "has a trial" in none.sentence
    running = trials.trial(finalist)
    (pending,) = criteria_judged(look(finalist))
    assert "1 of 1 criteria not judged" in pending.sentence
    trials.verdict(trials.claim_of(finalist), "trial", criterion=running.criteria.get())
    assert list(criteria_judged(look(finalist))) == []


def test_no_open_deal_breaker_lets_lesser_and_closed_gaps_pass(
    finalist: Candidate,
) -> None:
    owner = finalist.evaluation.owner
    running = trials.trial(finalist)
    record_gap(trial=running, severity="challenge", text="Slow", by=owner)
    assert list(no_open_deal_breaker(look(finalist))) == []
    gap = record_gap(trial=running, severity="deal_breaker", text="No SSO", by=owner)
    (blocker,) = no_open_deal_breaker(look(finalist))
    assert "No SSO" in blocker.sentence
    close_gap(gap=gap, note="Shipped", by=owner)
    assert list(no_open_deal_breaker(look(finalist))) == []


def judged(finalist: Candidate, verdict: str) -> None:
    running = trials.trial(finalist)
    trials.verdict(
        trials.claim_of(finalist), "trial", verdict, criterion=running.criteria.get()
    )


@pytest.mark.parametrize(("verdict", "open_"), [("holds", 0), ("partly", 1)])
def test_must_haves_proven_is_content_with_proof_only(
    finalist: Candidate, verdict: str, open_: int
) -> None:
    assert len(list(must_haves_proven(look(finalist)))) == 1
    judged(finalist, verdict)
    assert len(list(must_haves_proven(look(finalist)))) == open_


def test_must_haves_proven_waits_for_a_person_when_one_is_refuted(
    finalist: Candidate,
) -> None:
    judged(finalist, "fails")
    assert list(must_haves_proven(look(finalist))) == []
    assert look(finalist).ledger.of(finalist).is_blocked
    excuse_knock_out(
        candidate=finalist,
        requirement=finalist.evaluation.requirements.get(),
        reason="Comes with the next version, in the contract.",
        by=finalist.evaluation.owner,
    )
    assert not look(finalist).ledger.of(finalist).is_blocked


def test_must_haves_proven_wants_somebody_left(finalist: Candidate) -> None:
    eliminate(candidate=finalist, reason="Out", by=finalist.evaluation.owner)
    (blocker,) = must_haves_proven(look(finalist))
    assert "left in the running" in blocker.sentence


def test_trials_signed_binds_to_the_results_that_stand(finalist: Candidate) -> None:
    where = finalist.evaluation
    stakeholders.sign_off_rules(where, "trials", roles=("it",))
    where.refresh_from_db()
    sign_as(where, "it")
    assert list(trials_signed(look(finalist))) == []
    trials.trial(finalist)
    (blocker,) = trials_signed(look(finalist))
    assert "other words" in blocker.sentence


def test_late_scores_settled_asks_in_the_stage_in_which_they_arose(
    finalist: Candidate,
) -> None:
    assert list(late_scores_settled(look(finalist))) == []
    for part in scored_by_all(finalist, *FAR_APART):
        lock_scores(stakeholder=part, by=part.user)
    (blocker,) = late_scores_settled(look(finalist))
    assert "1 score is far apart" in blocker.sentence
    eliminate(candidate=finalist, reason="Slow", by=finalist.evaluation.owner)
    assert list(late_scores_settled(look(finalist))) == []
