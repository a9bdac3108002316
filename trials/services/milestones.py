"""Dated things to do, and the reminders that are owed for them."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
)
from evaltracker.kit.text import Inputs, read_reason
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.policy import (
    check_part,
    check_trial,
    require_insider,
    require_trial_lead,
)
from trials.services.reminders import owe_reminders, stop_reminders
from trials.services.wall_times import read_moment

WHEN = ("due_on", "due_time", "zone", "due_at", "occurrence")
REASONS = {
    MilestoneState.MISSED: "Give a reason why it was missed.",
    MilestoneState.WAIVED: "Give a reason for waiving it.",
    MilestoneState.CANCELLED: "Give a reason for cancelling it.",
}


@transaction.atomic
def add_milestone(
    *,
    evaluation: Evaluation,
    title: str,
    owner_user: User,
    due_on: datetime.date,
    due_time: datetime.time,
    by: By,
    zone: str = "",
    trial: Trial | None = None,
    hangs_on: Milestone | None = None,
) -> Milestone:
    """Set a date for something; its owner is reminded before it.

    What hangs on another milestone moves with it.

    A wall time that daylight saving skips means the next valid one; `due_at` says
    which instant that is.

    Raises:
        Forbidden: not the owner, nor the lead of the trial.
        Refused: the trial is closed. Invalid: by field.

    """
    evaluation = lock(evaluation)
    if trial is None:
        check_owned(evaluation, by)
    else:
        if trial.candidate.evaluation_id != evaluation.pk:
            raise Invalid("The trial belongs to another evaluation.")
        trial.refresh_from_db(fields=["closed_at"])
        trial.candidate.evaluation = evaluation
        check_add_trial_milestone(trial, by)
    require_insider(owner_user, evaluation, "owner_user")
    if hangs_on is not None:
        check_hanging(hangs_on, evaluation, trial)
    zone = zone or (trial.zone if trial else evaluation.zone)
    inputs = Inputs()
    milestone = Milestone(
        evaluation=evaluation,
        trial=trial,
        title=inputs.line("title", title),
        owner=owner_user,
        hangs_on=hangs_on,
        due_on=due_on,
        due_time=due_time,
        zone=zone,
        due_at=read_moment(due_on, due_time, zone),
    )
    inputs.check()
    checked(milestone)
    milestone.save()
    owe_reminders(milestone)
    record(milestone, "milestone.added", by, after=_said(milestone))
    return milestone


@transaction.atomic
def settle_milestone(
    *, milestone: Milestone, state: str, by: By, reason: str = ""
) -> Milestone:
    """Say how a milestone went; nobody is reminded of it any more.

    Raises:
        Forbidden: not its owner, the lead of its trial or the owner.
        Refused: it is settled. Invalid: no reason, unless it was met.

    """
    milestone, _ = open_milestone(milestone, by, check_settle_milestone)
    if state not in MilestoneState.values or state == MilestoneState.OPEN:
        sentence = "Choose the outcome: met, missed, waived or cancelled."
        raise Invalid(sentence, errors={"state": [sentence]})
    how = MilestoneState(state)
    if how in REASONS or reason.strip():
        reason = read_reason(reason, REASONS.get(how, ""))
    before, after = _settle(milestone, how, reason.strip())
    record(
        milestone, "milestone.settled", by, before=before, after=after, reason=reason
    )
    return milestone


def cancel_open_milestones(trial: Trial, reason: str) -> list[str]:
    """Call off what is still open in a trial; the caller journals their titles."""
    still_open = trial.milestones.select_for_update(of=("self",), no_key=True).filter(
        state=MilestoneState.OPEN
    )
    titles = []
    for milestone in still_open:
        _settle(milestone, MilestoneState.CANCELLED, reason)
        titles.append(milestone.title)
    return titles


def check_hanging(
    hangs_on: Milestone, evaluation: Evaluation, trial: Trial | None
) -> None:
    """Refuse to hang on what somebody without a say here could move.

    A trial's milestone hangs on the same trial's or on the evaluation's own; the
    evaluation's own hang on each other.
    """
    same = hangs_on.evaluation_id == evaluation.pk
    near = hangs_on.trial_id in (None, trial.pk if trial else None)
    if not (same and near):
        sentence = (
            "It can only depend on a milestone of the same trial or of the evaluation."
        )
        raise Invalid(sentence, errors={"hangs_on": [sentence]})


def check_add_trial_milestone(trial: Trial, by: By) -> None:
    """Whoever runs the trial, in every stage until it is closed."""
    check_trial(trial, by, *Stage)


def check_open_milestone(milestone: Milestone, by: By) -> None:
    """Whoever has a part, until the milestone is settled or all has ended."""
    check_part(milestone.evaluation, by, *Stage)
    if milestone.state != MilestoneState.OPEN:
        raise Refused(
            f"This milestone is {milestone.get_state_display().lower()} already."
        )


def check_move_milestone(milestone: Milestone, by: By) -> None:
    """Whoever runs what an open one belongs to: the evaluation, or the trial."""
    require_mover(by, milestone, milestone.evaluation)
    check_open_milestone(milestone, by)


def check_settle_milestone(milestone: Milestone, by: By) -> None:
    """The same, and whose it is."""
    user = actor_of(by).user
    if user is None or user.pk != milestone.owner_id:
        require_mover(by, milestone, milestone.evaluation)
    check_open_milestone(milestone, by)


def open_milestone(
    milestone: Milestone,
    by: By,
    rule: Callable[[Milestone, By], object] = check_move_milestone,
) -> tuple[Milestone, Evaluation]:
    """The milestone under a row lock, if `rule` lets `by` go on."""
    evaluation = lock(milestone.evaluation)
    fresh: Milestone = (
        Milestone.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner", "trial__candidate", "trial__lead")
        .get(pk=milestone.pk)
    )
    fresh.evaluation = evaluation
    if fresh.trial is not None:
        fresh.trial.candidate.evaluation = evaluation
    rule(fresh, by)
    return fresh, evaluation


def require_mover(by: By, milestone: Milestone, evaluation: Evaluation) -> None:
    """The owner of the evaluation; for a trial's milestone its lead as well."""
    if milestone.trial is not None:
        require_trial_lead(by, milestone.trial)
    elif actor_of(by).user != evaluation.owner:
        raise Forbidden(f"Only its owner and {evaluation.owner.name} may do this.")


def _settle(
    milestone: Milestone, state: MilestoneState, reason: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = change(
        milestone, state=state, state_reason=reason, settled_at=timezone.now()
    )
    stop_reminders(milestone, f"The milestone is {state.label.lower()}.")
    return changed


def _said(milestone: Milestone) -> dict[str, Any]:
    return journal.snapshot(
        milestone, ("title", "owner", "trial_id", "hangs_on_id", *WHEN)
    )


def record(
    milestone: Milestone,
    action: str,
    by: By,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    journal.record(
        evaluation=milestone.evaluation,
        action=action,
        subject=milestone,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
