"""How far a trial has come, and the alarm when half of it is gone."""

import datetime
from fractions import Fraction

import pytest
import time_machine

from tests.factories import trials, vendors
from trials.selectors.trials import exercised_by_day, half_time_alarm, unjudged_criteria
from vendors.models import Candidate
from vendors.services.claims import rule_not_applicable

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def acme() -> Candidate:
    """Acme claims four must-haves and a should-have, in the trials stage."""
    option = trials.claimed(trials.platform(*["must"] * 4, "should"))
    vendors.enter(option.evaluation, "trials")
    return option


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_day_is_a_day_where_the_trial_takes_place",
)
def test_must_haves_are_exercised_day_by_day(acme: Candidate) -> None:
    running = trials.trial(acme)
    noon = datetime.time(12, tzinfo=datetime.UTC)
    for after, ref in ((0, "R1"), (2, "R2"), (2, "R5"), (3, "R1")):
        moment = datetime.datetime.combine(running.starts_on + after * DAY, noon)
        with time_machine.travel(moment, tick=False):
            trials.verdict(trials.claim_of(acme, ref), "trial")
    days = exercised_by_day(running, running.starts_on + 3 * DAY)
    assert [(day.number, day.exercised) for day in days] == [
        (1, 1),
        (2, 1),
        (3, 2),
        (4, 2),
    ]
    assert days[-1].share == Fraction(2, 4)
    assert len(exercised_by_day(running, running.ends_on + 9 * DAY)) == 10
    assert exercised_by_day(running, running.starts_on - DAY) == []


def test_a_day_is_a_day_where_the_trial_takes_place(acme: Candidate) -> None:
    running = trials.trial(acme, zone="Pacific/Auckland")
    late = datetime.datetime.combine(
        running.starts_on, datetime.time(22), tzinfo=datetime.UTC
    )
    with time_machine.travel(late, tick=False):
        trials.verdict(trials.claim_of(acme), "trial")
    first, second = exercised_by_day(running, running.starts_on + DAY)
    assert (first.exercised, second.exercised) == (0, 1)


def test_the_alarm_rings_once_half_of_the_days_are_gone(acme: Candidate) -> None:
    where = acme.evaluation
    running = trials.trial(acme)
    trials.verdict(trials.claim_of(acme, "R1"), "trial", "fails")
    rule_not_applicable(
        candidate=acme,
        requirement=where.requirements.get(ref="R2"),
        reason="No cluster.",
        by=where.owner,
    )
    half = running.starts_on + 5 * DAY
    assert half_time_alarm(running, half - DAY) == []
    assert [requirement.ref for requirement in half_time_alarm(running, half)] == [
        "R3",
        "R4",
    ]
    running.closed_at = datetime.datetime.now(datetime.UTC)
    assert half_time_alarm(running, half) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_criterion_is_judged_by_a_verdict_on_words_that_stand(
    acme: Candidate,
) -> None:
    running = trials.trial(acme, "R1", "R2")
    trials.verdict(trials.claim_of(acme), "trial", criterion=running.criteria.first())
    left = unjudged_criteria().filter(trial=running)
    assert [criterion.requirement.ref for criterion in left] == ["R2"]
    vendors.enter(acme.evaluation, "research")
    vendors.claim(
        acme, acme.evaluation.requirements.get(ref="R1"), statement="Other words."
    )
    assert {criterion.requirement.ref for criterion in left.all()} == {"R1", "R2"}
