"""Dated things to do, their reminders, and moving them with what hangs on them."""

import datetime
from collections.abc import Callable, Iterable
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
    change_and_tell,
    check_owned,
    checked,
    lock,
)
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.toolbox.days import instant_of
from evaltracker.toolbox.text import CallFields, read_reason
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.notices import MilestoneDue, MilestoneGiven
from trials.policy import (
    check_part,
    check_trial,
    read_moment,
    read_reminder_days,
    require_insider,
    require_trial_lead,
)
from trials.selectors.trials import hanging_on, shifts_of
from trials.services.mails import schedule_of_milestone


def schedule_reminders(milestone: Milestone, *, missed: bool = True) -> None:
    """Owe its owner a mail for each offset; those already past collapse into one.

    With `missed` false those are left out: the reader was told in another way.
    """
    now = timezone.now()
    past: list[int] = []
    coming: list[int] = []
    for days in sorted({int(days) for days in milestone.evaluation.reminder_days}):
        day = milestone.due_on - datetime.timedelta(days=days)
        over = instant_of(day, milestone.due_time, milestone.zone) <= now
        (past if over else coming).append(days)
    for days in [*(past[:1] if missed else ()), *coming]:
        schedule_of_milestone(MilestoneDue.name, milestone, days, milestone.owner)


def stop_reminders(milestone: Milestone, because: str) -> None:
    cancel_notices(kind=MilestoneDue.name, subject_id=milestone.pk, because=because)


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
        Forbidden: not the owner, nor the lead of the trial. Refused: the trial is
        closed. Invalid: by field.
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
    inputs = CallFields()
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
    schedule_reminders(milestone)
    journal_milestone(milestone, "milestone.added", by, after=_snapshot(milestone))
    return milestone


@transaction.atomic
def settle_milestone(
    *, milestone: Milestone, state: str, by: By, reason: str = ""
) -> Milestone:
    """Say how a milestone went; nobody is reminded of it any more.

    Raises:
        Forbidden: not its owner, the lead of its trial or the owner. Refused: it is
        settled. Invalid: no reason, unless it was met.
    """
    milestone, _ = open_milestone(milestone, by, check_settle_milestone)
    if state not in MilestoneState.values or state == MilestoneState.OPEN:
        sentence = "Choose the outcome: met, missed, waived or cancelled."
        raise Invalid(sentence, field="state")
    how = MilestoneState(state)
    if how in REASONS or reason.strip():
        reason = read_reason(reason, REASONS.get(how, ""))
    before, after = _settle(milestone, how, reason.strip())
    journal_milestone(
        milestone, "milestone.settled", by, before=before, after=after, reason=reason
    )
    return milestone


def cancel_open_milestones(trial: Trial, reason: str) -> list[str]:
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
        raise Invalid(
            "It can only depend on a milestone of the same trial or of the evaluation.",
            field="hangs_on",
        )


def check_add_trial_milestone(trial: Trial, by: By) -> None:
    check_trial(trial, by, *Stage)


def check_open_milestone(milestone: Milestone, by: By) -> None:
    check_part(milestone.evaluation, by, *Stage)
    if milestone.state != MilestoneState.OPEN:
        raise Refused(
            f"This milestone is {milestone.get_state_display().lower()} already."
        )


def check_move_milestone(milestone: Milestone, by: By) -> None:
    require_mover(by, milestone, milestone.evaluation)
    check_open_milestone(milestone, by)


def check_settle_milestone(milestone: Milestone, by: By) -> None:
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
    fresh = lock(milestone, "owner", "trial__candidate", "trial__lead")
    fresh.evaluation = evaluation
    if fresh.trial is not None:
        fresh.trial.candidate.evaluation = evaluation
    rule(fresh, by)
    return fresh, evaluation


def require_mover(by: By, milestone: Milestone, evaluation: Evaluation) -> None:
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


def _snapshot(milestone: Milestone) -> dict[str, Any]:
    return journal.snapshot(
        milestone, ("title", "owner", "trial_id", "hangs_on_id", *WHEN)
    )


def journal_milestone(
    milestone: Milestone, action: str, by: By, **details: Any
) -> None:
    journal.record(milestone.evaluation, action, milestone, by, **details)


EARLIEST = 90


@transaction.atomic
def give_milestone(*, milestone: Milestone, owner_user: User, by: By) -> Milestone:
    """Make a milestone somebody else's; they are told, and reminded from now on.

    Raises:
        Forbidden: not the owner, nor the lead of its trial. Refused: it is settled, or
        theirs already. Invalid: they have no part.
    """
    milestone, evaluation = open_milestone(milestone, by)
    require_insider(owner_user, evaluation, "owner_user")
    if owner_user.pk == milestone.owner_id:
        raise Refused(f"This milestone is {owner_user.name}'s already.")
    # A new occurrence: given there and back again, it reminds as if for the first time.
    before, after = change(
        milestone, owner=owner_user, occurrence=milestone.occurrence + 1
    )
    stop_reminders(milestone, "The milestone was given to somebody else.")
    schedule_reminders(milestone, missed=False)
    if actor_of(by).user != owner_user:
        terms = {"occurrence": milestone.occurrence, "recipient": owner_user}
        owe_now(MilestoneGiven.name, evaluation, milestone.pk, **terms)
    journal_milestone(milestone, "milestone.given", by, before=before, after=after)
    return milestone


@transaction.atomic
def change_reminder_days(
    *, evaluation: Evaluation, days: Iterable[int], by: By
) -> Evaluation:
    """Say how many days before a date people are reminded; what is open follows.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: none, too many, or one
        that is no day before.
    """
    wanted = read_reminder_days(days, earliest=EARLIEST, field="days")
    if not wanted:
        raise Invalid("Name at least one day; 0 is the day itself.", field="days")
    before = list(evaluation.reminder_days)
    evaluation = change_brief(evaluation=evaluation, reminder_days=wanted, by=by)
    if wanted == before:
        return evaluation
    coming = Milestone.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation, state=MilestoneState.OPEN, due_at__gt=timezone.now()
    )
    for milestone in coming:
        milestone.evaluation = evaluation
        change(milestone, occurrence=milestone.occurrence + 1)
        stop_reminders(milestone, "People are reminded on other days.")
        schedule_reminders(milestone, missed=False)
    return evaluation


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
    if along:
        shifts = shifts_of(milestone, due_on)
    else:
        shifts = []
    reschedule(milestone, due_on, due_time, zone or milestone.zone, reason, by)
    for shift in shifts:
        dependent = shift.milestone
        dependent.evaluation = evaluation
        because = f"Moved along with “{milestone.title}”: {reason}"
        reschedule(
            dependent, shift.due_on, dependent.due_time, dependent.zone, because, by
        )
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
        below = {milestone.pk, *(dependent.pk for dependent in hanging_on(milestone))}
        check_hanging(hangs_on, evaluation, milestone.trial)
        if hangs_on.pk in below:
            raise Invalid(
                "That milestone depends on this one; neither could ever be moved.",
                field="hangs_on",
            )
    change_and_tell(milestone, "milestone.hung", by, hangs_on=hangs_on)
    return milestone


def reschedule(
    milestone: Milestone,
    due_on: datetime.date,
    due_time: datetime.time,
    zone: str,
    reason: str,
    by: By,
) -> None:
    """Give a milestone its new date, reminders and entry; the same date is nothing."""
    due_at = read_moment(due_on, due_time, zone)
    typed = {"due_on": due_on, "due_time": due_time, "zone": zone}
    if all(getattr(milestone, name) == value for name, value in typed.items()):
        return
    again = milestone.occurrence + 1
    before, after = change(milestone, **typed, due_at=due_at, occurrence=again)
    stop_reminders(milestone, "The milestone was moved.")
    schedule_reminders(milestone)
    journal_milestone(
        milestone, "milestone.moved", by, before=before, after=after, reason=reason
    )
