"""Moving what has a date; what hangs on it moves along, and reminds anew."""

import datetime

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change
from evaltracker.toolbox.text import read_reason
from trials.models import Criterion, Milestone, Trial
from trials.policy import check_trial
from trials.selectors.matrix_json import hanging_on, shifts_of, shifts_of_trial
from trials.services.criteria import add_criterion, number_change, unexplained
from trials.services.demos import read_moment
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import (
    check_days,
    check_hanging,
    open_milestone,
    open_trial,
    owe_reminders,
    record,
    stop_reminders,
    withdraw_proposal,
)
from trials.services.trials import trials_record as record_trial
from vendors.choices import CandidateState

# The same criteria for every finalist: those of one trial, copied to the others.


def trials_to_fill(trial: Trial) -> list[Trial]:
    """The other trials that were planned one by one and are not agreed yet."""
    others = Trial.objects.filter(
        candidate__evaluation=trial.candidate.evaluation_id,
        closed_at=None,
        agreed_at=None,
        drawn_up=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    named = others.select_related("candidate__evaluation__owner", "lead")
    return list(named.exclude(pk=trial.pk).order_by("candidate__name"))


def check_copy_criteria(trial: Trial, by: By) -> list[Trial]:
    """Whoever runs all of these trials copies; the trials that would get criteria.

    Raises:
        Forbidden: somebody else runs one. Refused: there is nothing to copy, or no
            trial to copy it to.

    """
    check_trial(trial, by)
    if trial.drawn_up:
        raise Refused("The trials of all finalists have these criteria in common.")
    others = trials_to_fill(trial)
    for other in others:
        check_trial(other, by)
    if not trial.criteria.exists():
        raise Refused("This trial has no criteria yet.")
    if not others:
        raise Refused("No other finalist has a trial whose contract is still open.")
    return others


@transaction.atomic
def copy_criteria(*, trial: Trial, by: By) -> list[Criterion]:
    """Add this trial's criteria to the other finalists' trials that lack them.

    A criterion is there already if it asks the same of the same requirement. Where the
    brief has lists, each trial is about the values that its candidate offers.

    Returns:
        The criteria that were added.

    """
    trial, _ = open_trial(trial, by)
    added = []
    for other in check_copy_criteria(trial, by):
        there = set(other.criteria.values_list("requirement_id", "text"))
        added += [
            add_criterion(
                trial=other,
                requirement=one.requirement,
                text=one.text,
                threshold=one.threshold,
                method=one.method,
                measure=one.measure,
                by=by,
            )
            for one in trial.criteria.select_related("requirement")
            if (one.requirement_id, one.text) not in there
        ]
    return added


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
