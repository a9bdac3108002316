"""What hangs on a milestone or a trial moves along, and nothing else does."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations.models import Evaluation, Notice
from tests.factories import stakeholders, trials, vendors
from trials.choices import MilestoneState
from trials.models import ContractChange, Milestone, Trial
from trials.selectors.trials import shifts_of, shifts_of_trial
from trials.services.contracts import move_trial
from trials.services.milestones import (
    add_milestone,
    hang_milestone,
    move_milestone,
    settle_milestone,
)

pytestmark = pytest.mark.django_db
WEEK = datetime.timedelta(days=7)
NINE = datetime.time(9)


@pytest.fixture
def running() -> Trial:
    option = trials.claimed(trials.platform("must"))
    vendors.enter(option.evaluation, "trials")
    return trials.trial(option)


@pytest.fixture
def where(running: Trial) -> Evaluation:
    return running.candidate.evaluation


def milestone(where: Evaluation, title: str, days: int, **more: Any) -> Milestone:
    return add_milestone(
        evaluation=where,
        title=title,
        owner_user=stakeholders.holder("devops"),
        due_on=timezone.localdate() + datetime.timedelta(days=days),
        due_time=NINE,
        by=where.owner,
        **more,
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_what_hangs_on_it_moves_by_as_many_days_and_reminds_anew(
    where: Evaluation,
) -> None:
    data = milestone(where, "Data ready", 20)
    load = milestone(where, "Loaded", 25, hangs_on=data)
    report = milestone(where, "Report", 30, hangs_on=load)
    apart = milestone(where, "Board", 40)
    done = milestone(where, "Kick-off", 21, hangs_on=data)
    settle_milestone(milestone=done, state=MilestoneState.MET, by=where.owner)
    seen = shifts_of(data, data.due_on + WEEK)
    assert [shift.milestone.title for shift in seen] == ["Loaded", "Report"]
    move_milestone(
        milestone=data,
        due_on=data.due_on + WEEK,
        due_time=NINE,
        reason="The export is late.",
        by=where.owner,
    )
    for one, moved in ((load, True), (report, True), (apart, False), (done, False)):
        was = one.due_on
        one.refresh_from_db()
        assert one.due_on == (was + WEEK if moved else was), one.title
    owed = Notice.objects.filter(subject_id=str(report.pk), state="pending")
    assert set(owed.values_list("occurrence", flat=True)) == {"2"}


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_what_is_due_at_the_end_of_a_trial_moves_with_its_last_day",
)
def test_it_moves_alone_if_that_is_said(where: Evaluation) -> None:
    data = milestone(where, "Data ready", 20)
    load = milestone(where, "Loaded", 25, hangs_on=data)
    was = load.due_on
    move_milestone(
        milestone=data,
        due_on=data.due_on + WEEK,
        due_time=NINE,
        reason="Late.",
        by=where.owner,
        along=False,
    )
    load.refresh_from_db()
    assert load.due_on == was


def test_nothing_hangs_on_itself_in_a_ring_or_across_trials(
    where: Evaluation, running: Trial
) -> None:
    first = milestone(where, "First", 10)
    second = milestone(where, "Second", 12, hangs_on=first)
    inside = milestone(where, "Inside", 3, trial=running)
    for lower, upper in ((first, second), (first, first), (first, inside)):
        with pytest.raises(Invalid) as caught:
            hang_milestone(milestone=lower, hangs_on=upper, by=where.owner)
        assert "hangs_on" in caught.value.errors
    hang_milestone(milestone=inside, hangs_on=first, by=where.owner)
    with pytest.raises(Forbidden):
        hang_milestone(milestone=first, hangs_on=None, by=stakeholders.holder("pm"))


def test_what_is_due_at_the_end_of_a_trial_moves_with_its_last_day(
    where: Evaluation, running: Trial
) -> None:
    length = (running.ends_on - timezone.localdate()).days
    half, last, after = (
        milestone(where, title, days, trial=running)
        for title, days in (
            ("Half time", length - 3),
            ("Last day", length),
            ("Clean-up", length + 5),
        )
    )
    kept = half.due_on
    move_trial(
        trial=running,
        starts_on=running.starts_on,
        ends_on=running.ends_on + WEEK,
        reason="More runs are needed.",
        by=running.lead,
    )
    for one in (half, last, after):
        one.refresh_from_db()
    assert half.due_on == kept
    assert last.due_on == running.ends_on + WEEK
    assert after.due_on == last.due_on + datetime.timedelta(days=5)


def test_a_trial_takes_its_open_milestones_along_as_a_numbered_change(
    where: Evaluation, running: Trial
) -> None:
    half = milestone(where, "Half time", 5, trial=running)
    board = milestone(where, "Board", 30)
    was, fixed = half.due_on, board.due_on
    start, end = running.starts_on + WEEK, running.ends_on + WEEK
    shifts = shifts_of_trial(running, start, end)
    assert [shift.due_on for shift in shifts] == [was + WEEK]
    lead = stakeholders.holder("engineering")
    with pytest.raises(Forbidden):
        move_trial(
            trial=running,
            starts_on=start,
            ends_on=end,
            reason="Late.",
            by=stakeholders.holder("pm"),
        )
    with pytest.raises(Invalid):
        move_trial(trial=running, starts_on=end, ends_on=start, reason="x", by=lead)
    move_trial(trial=running, starts_on=start, ends_on=end, reason="Late.", by=lead)
    half.refresh_from_db()
    board.refresh_from_db()
    assert (half.due_on, board.due_on) == (was + WEEK, fixed)
    assert ContractChange.objects.get().reason == "Late."
