"""Two people at once: one of them is told no, and nothing is written twice."""

import datetime
from collections.abc import Callable

import pytest

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.evaluations.verifying import find_break
from tests.at_once import at_once
from tests.factories import stakeholders, trials, vendors
from trials.models import Evidence, Excuse, Milestone, Score, ScoreSheet
from trials.services.evidence import excuse_knock_out, reconfirm_evidence
from trials.services.milestones import add_milestone, move_milestone
from trials.services.scores import give_score, lock_scores, open_consensus
from vendors.models import Candidate

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


def together(*acts: Callable[[], object]) -> list[Problem]:
    """Start all acts at one instant; the refusals."""
    results = at_once(len(acts), lambda number: acts[number]())
    return [told for told in results if isinstance(told, Problem)]


def acme(stage: str = "demos") -> Candidate:
    """Acme claims R1, in that stage."""
    option = trials.claimed(trials.platform())
    if stage != "research":
        vendors.enter(option.evaluation, stage)
    return option


def test_an_excuse_is_given_once() -> None:
    option = acme()
    trials.verdict(trials.claim_of(option), "demo", "fails")
    requirement = option.evaluation.requirements.get()
    told = together(
        *[
            lambda: excuse_knock_out(
                candidate=option,
                requirement=requirement,
                reason="We mend it.",
                by=option.evaluation.owner,
            )
        ]
        * AT_ONCE
    )
    assert (Excuse.objects.count(), len(told)) == (1, AT_ONCE - 1)
    assert {type(problem) for problem in told} == {Refused}


def test_a_verdict_is_reconfirmed_once() -> None:
    option = acme("research")
    first = trials.verdict(trials.claim_of(option))
    vendors.claim(option, first.claim.requirement, statement="Other words.")
    together(
        *[
            lambda: reconfirm_evidence(
                evidence=first, note="Still so.", by=option.evaluation.owner
            )
        ]
        * AT_ONCE
    )
    assert Evidence.objects.filter(reconfirms=first).count() == 1


def test_a_verdict_never_lands_on_words_that_were_just_superseded() -> None:
    option = acme("research")
    claim = trials.claim_of(option)
    requirement = claim.requirement
    together(
        lambda: vendors.claim(option, requirement, statement="Other words."),
        lambda: trials.verdict(claim),
    )
    claim.refresh_from_db()
    assert claim.superseded_at is not None
    for found in Evidence.objects.all():
        assert found.recorded_at <= claim.superseded_at or found.claim_id != claim.pk


def test_a_score_never_lands_behind_the_lock() -> None:
    option = acme()
    where = option.evaluation
    ivan = stakeholders.holder("it")
    group = where.categories.get()

    def give(value: int) -> Score:
        return give_score(
            stakeholder=where.stakeholders.get(role="it"),
            candidate=Evaluation.objects.get().candidates.get(),
            category=group,
            value=value,
            reason="Seen",
            by=ivan,
        )

    give(1)
    part = where.stakeholders.get(role="it")
    together(
        lambda: give(2),
        lambda: lock_scores(stakeholder=part, by=ivan),
        lambda: give(3),
    )
    locked_at = ScoreSheet.objects.get().locked_at
    assert locked_at is not None
    assert Score.objects.get().given_at <= locked_at


def test_the_consensus_opens_once_and_locks_whoever_is_scoring() -> None:
    option = acme()
    where = option.evaluation
    told = together(
        *[lambda: open_consensus(evaluation=where, by=where.owner)] * AT_ONCE
    )
    assert len(told) == AT_ONCE - 1
    assert Entry.objects.filter(action="consensus.opened").count() == 1
    assert not ScoreSheet.objects.filter(locked_at=None).exists()
    assert find_break(where) is None


def test_two_moves_at_once_leave_one_set_of_reminders() -> None:
    where = acme().evaluation
    planned = add_milestone(
        evaluation=where,
        title="Data ready",
        owner_user=where.owner,
        due_on=datetime.date(2099, 1, 1),
        due_time=datetime.time(9),
        by=where.owner,
    )
    together(
        *[
            lambda: move_milestone(
                milestone=planned,
                due_on=datetime.date(2099, 2, 1),
                due_time=datetime.time(9),
                reason="Later.",
                by=where.owner,
            )
        ]
        * AT_ONCE
    )
    assert Milestone.objects.get().occurrence == 2
    assert Notice.objects.filter(state="pending").count() == 3
    assert Entry.objects.filter(action="milestone.moved").count() == 1
