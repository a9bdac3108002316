"""Moving what has a date; what hangs on it moves along, and reminds anew."""

import datetime

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change
from evaltracker.kit.text import read_reason
from trials.models import Milestone, Trial
from trials.selectors.shifts import hanging_on, shifts_of, shifts_of_trial
from trials.services.contracts import number_change, unexplained
from trials.services.milestones import (
    check_hanging,
    open_milestone,
    record,
)
from trials.services.reminders import owe_reminders, stop_reminders
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import check_days, open_trial, withdraw_proposal
from trials.services.trials import record as record_trial
from trials.services.wall_times import read_moment


@transaction.atomic
def move_milestone(
    *,
    milestone: Milestone,
    due_on: datetime.date,
    due_time: datetime.time,
    reason: str,
    by: By,
    zone: str = "",
    along: bool = True,
) -> Milestone:
    """Put a milestone to another date; it reminds again, and no longer of the old one.

    Unless `along` is false, every open milestone that hangs on it moves by as many
    days and keeps its own time and zone.

    Raises:
        Forbidden: not the owner, nor the lead of its trial. Refused: it is settled.
        Invalid: no reason, or a zone that does not exist.

    """
    milestone, evaluation = open_milestone(milestone, by)
    reason = read_reason(
        reason, "Give a reason for the move; its owner has planned around it."
    )
    shifts = shifts_of(milestone, due_on) if along else []
    put(milestone, due_on, due_time, zone or milestone.zone, reason, by)
    for shift in shifts:
        one = shift.milestone
        one.evaluation = evaluation
        because = f"Moved along with “{milestone.title}”: {reason}"
        put(one, shift.due_on, one.due_time, one.zone, because, by)
    return milestone


@transaction.atomic
def hang_milestone(
    *, milestone: Milestone, hangs_on: Milestone | None, by: By
) -> Milestone:
    """Say on which other milestone this one hangs, or on none.

    Raises:
        Forbidden: not the owner, nor the lead of its trial. Refused: it is settled.
        Invalid: another evaluation's, itself, or one that hangs on this one.

    """
    milestone, evaluation = open_milestone(milestone, by)
    if hangs_on is not None:
        below = {milestone.pk, *(one.pk for one in hanging_on(milestone))}
        check_hanging(hangs_on, evaluation, milestone.trial)
        if hangs_on.pk in below:
            sentence = "That milestone depends on this one; neither could ever be "
            "moved."
            raise Invalid(sentence, errors={"hangs_on": [sentence]})
    before, after = change(milestone, hangs_on=hangs_on)
    if after:
        record(milestone, "milestone.hung", by, before=before, after=after)
    return milestone


@transaction.atomic
def move_trial(
    *,
    trial: Trial,
    starts_on: datetime.date,
    ends_on: datetime.date,
    reason: str,
    by: By,
    together: bool = False,
) -> Trial:
    """Put a trial to other days; its open milestones move along: those on its
    last day or later with that, the others with its first day.

    If its contract is agreed, that is a numbered change of it. The reason says why its
    days differ from the other finalists', unless they all move `together`.

    Raises:
        Forbidden: neither lead nor owner. Refused: closed.
        Invalid: no reason, or it ends before it starts.

    """
    trial, evaluation = open_trial(trial, by)
    reason = read_reason(
        reason, "Give a reason for the move; people have planned around it."
    )
    check_days(starts_on, ends_on)
    shifts = shifts_of_trial(trial, starts_on, ends_on)
    before, after = change(trial, starts_on=starts_on, ends_on=ends_on)
    if not after:
        return trial
    if not together and unexplained(trial):
        change(trial, difference=reason)
    if trial.agreed_at:
        what = f"Moved to {starts_on} until {ends_on}."
        after["number"] = number_change(trial, what, reason, by)
        ask_for_agreement(trial)
    else:
        withdraw_proposal(trial)
    record_trial(trial, "trial.moved", by, before=before, after=after, reason=reason)
    for shift in shifts:
        one = shift.milestone
        one.evaluation = evaluation
        because = f"Moved along with the trial: {reason}"
        put(one, shift.due_on, one.due_time, one.zone, because, by)
    return trial


def put(
    milestone: Milestone,
    due_on: datetime.date,
    due_time: datetime.time,
    zone: str,
    reason: str,
    by: By,
) -> None:
    """Give a milestone its new date, reminders and entry; the same date is nothing."""
    due_at = read_moment(due_on, due_time, zone)
    typed = (due_on, due_time, zone)
    if typed == (milestone.due_on, milestone.due_time, milestone.zone):
        return
    before, after = change(
        milestone,
        due_on=due_on,
        due_time=due_time,
        zone=zone,
        due_at=due_at,
        occurrence=milestone.occurrence + 1,
    )
    stop_reminders(milestone, "The milestone was moved.")
    owe_reminders(milestone)
    record(milestone, "milestone.moved", by, before=before, after=after, reason=reason)
