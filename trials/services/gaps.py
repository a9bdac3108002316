"""What a trial found missing, what the vendor answers, and how it ended."""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import change, checked, lock, require_stage
from evaltracker.notices.services.scheduling import schedule_notice
from evaltracker.toolbox.days import instant_of, is_working_day, wall_of
from evaltracker.toolbox.processes import register_chore
from evaltracker.toolbox.text import Inputs
from trials.choices import MilestoneState, Severity
from trials.models import Evidence, Gap, Milestone, Trial
from trials.notices import MilestoneOverdue
from trials.policy import (
    check_part,
    require_same,
    require_trial_lead,
    require_unclosed,
    today_in,
)
from trials.selectors.contracts import orphaned_milestones
from trials.services.demos import reply_deadline
from trials.services.trial_mails import tell_vendor_of
from trials.services.trials import locked_trial
from vendors.policy import require_no_conflict


def check_record_gap(trial: Trial, by: By) -> User:
    """The acting user, if they may note what the trial lacks, or tried again.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: not the trials stage, or closed.

    """
    user = check_part(trial.candidate.evaluation, by, Stage.TRIALS)
    require_no_conflict(user, trial.candidate)
    require_unclosed(trial)
    return user


def check_reply_to_gap(gap: Gap, by: By) -> None:
    """The vendor, and whoever runs the trial, while the gap is open in its trial."""
    evaluation = gap.trial.candidate.evaluation
    if actor_of(by).user is not None:
        require_trial_lead(by, gap.trial)
    ended = not evaluation.is_open or evaluation.stage != Stage.TRIALS
    if ended or gap.trial.closed_at or gap.closed_at:
        raise Refused("This gap no longer takes replies.")


def check_close_gap(gap: Gap, by: By) -> None:
    """Whoever runs the trial closes one that is open, also once the trial is closed."""
    require_trial_lead(by, gap.trial)
    require_stage(gap.trial.candidate.evaluation, Stage.TRIALS)
    if gap.closed_at:
        raise Refused("This gap is closed already.")


@transaction.atomic
def record_gap(
    *,
    trial: Trial,
    severity: str,
    text: str,
    by: By,
    requirement: Requirement | None = None,
    found_on: datetime.date | None = None,
    workaround: str = "",
) -> Gap:
    """Note what is missing, as soon as it is found; today unless said.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: not the trials stage, or closed. Invalid: by field.

    """
    evaluation = lock(trial.candidate.evaluation)
    trial = locked_trial(trial, evaluation)
    user = check_record_gap(trial, by)
    require_same(evaluation, requirement)
    today = today_in(trial.zone)
    day = found_on or today
    inputs = Inputs()
    if not trial.starts_on <= day <= today:
        inputs.refuse(
            "found_on", f"It was found between {trial.starts_on}, day one, and today."
        )
    gap = Gap(
        trial=trial,
        requirement=requirement,
        severity=severity,
        text=inputs.text("text", text),
        found_on=day,
        found_by=user,
        workaround=inputs.text("workaround", workaround, blank=True),
    )
    inputs.check()
    checked(gap)
    gap.save()
    said = journal.snapshot(gap, ("severity", "text", "found_on", "workaround"))
    said["requirement"] = requirement.ref if requirement else ""
    journal_gap(gap, "gap.recorded", by, after=said)
    tell_vendor_of(gap)
    return gap


def open_gap_for_refuted(*, evidence: Evidence, trial: Trial, by: By) -> Gap:
    """Show the vendor what failed, and give it one bounded time to answer.

    Until it replied or the time is over the verdict does not count. A failed must-have
    knocks the candidate out by itself, so the gap is a challenge, no deal-breaker.
    Called by `record_evidence`, in its transaction.
    """
    gap = Gap(
        trial=trial,
        requirement=evidence.claim.requirement,
        severity=Severity.CHALLENGE,
        text=evidence.note,
        found_on=max(today_in(trial.zone), trial.starts_on),
        found_by=evidence.recorded_by,
        evidence=evidence,
        reply_until=reply_deadline(trial.zone),
    )
    checked(gap)
    gap.save()
    said = journal.snapshot(gap, ("severity", "text", "found_on", "reply_until"))
    said["requirement"] = evidence.claim.requirement.ref
    journal_gap(gap, "gap.recorded", by, after=said)
    tell_vendor_of(gap)
    return gap


@transaction.atomic
def reply_to_gap(
    *,
    gap: Gap,
    reply: str,
    by: By,
    promised_for: datetime.date | None = None,
    workaround: str = "",
) -> Gap:
    """Keep the vendor's answer, with the date that it promises and a workaround.

    `by` is the vendor that a token stands for, or whoever runs the trial and notes
    what the vendor said. A newer reply takes the place of the older, which the
    journal keeps; a blank workaround leaves the one that is noted.

    Raises:
        Forbidden: a person who does not run the trial.
        Refused: closed, in words for outsiders. Invalid: by field.

    """
    evaluation = lock(gap.trial.candidate.evaluation)
    fresh = locked_gap(gap, evaluation)
    check_reply_to_gap(fresh, by)
    by_vendor = actor_of(by).user is None
    inputs = Inputs()
    said = {
        "reply": inputs.text("reply", reply),
        "promised_for": promised_for,
        "workaround": inputs.text("workaround", workaround, blank=True)
        or fresh.workaround,
    }
    if by_vendor and promised_for and promised_for < today_in(fresh.trial.zone):
        inputs.refuse("promised_for", "Choose a future date.")
    inputs.check()
    if all(getattr(fresh, field) == value for field, value in said.items()):
        return fresh
    before, after = change(
        fresh,
        **said,
        reply_at=timezone.now(),
        reply_noted_by=None if by_vendor else actor_of(by).user,
    )
    journal_gap(fresh, "gap.replied", by, before=before, after=after)
    return fresh


@transaction.atomic
def close_gap(*, gap: Gap, note: str, by: By) -> Gap:
    """Say how a gap ended: mended, worked around, or lived with.

    Raises:
        Forbidden: neither lead nor owner. Refused: closed. Invalid: no note.

    """
    fresh = locked_gap(gap, lock(gap.trial.candidate.evaluation))
    check_close_gap(fresh, by)
    if not note.strip():
        sentence = "Describe how it ended."
        raise Invalid(sentence, errors={"note": [sentence]})
    inputs = Inputs()
    words = inputs.text("note", note)
    inputs.check()
    before, after = change(fresh, closed_at=timezone.now(), closing_note=words)
    journal_gap(fresh, "gap.closed", by, before=before, after=after)
    return fresh


def locked_gap(gap: Gap, evaluation: Evaluation) -> Gap:
    """The gap as it is now, its row locked."""
    fresh: Gap = (
        Gap.objects.select_for_update(of=("self",), no_key=True)
        .select_related("trial__candidate", "trial__lead")
        .get(pk=gap.pk)
    )
    fresh.trial.candidate.evaluation = evaluation
    return fresh


def journal_gap(
    gap: Gap,
    action: str,
    by: By,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    """The journal's entry of something that happened to a gap."""
    journal.record(
        evaluation=gap.trial.candidate.evaluation,
        action=action,
        subject=gap,
        by=by,
        before=before,
        after={"candidate": gap.trial.candidate, **after},
    )


# Milestones that have passed and are still open; time alone makes their notices.

EVERY = datetime.timedelta(minutes=10)
# From so many days on, whoever runs the purchase hears of it, too.
ESCALATES_AFTER = 3


def owe_overdue() -> None:
    """Owe today's notice of each overdue milestone, on working days of the reader.

    Of what is nobody's any more, who runs the purchase hears from the first day on.
    """
    late = Milestone.objects.filter(
        state=MilestoneState.OPEN,
        evaluation__status=Status.OPEN,
        due_at__lt=timezone.now(),
    )
    orphans = frozenset(orphaned_milestones().values_list("pk", flat=True))
    for milestone in late.select_related("evaluation__owner", "owner"):
        days = _whole_days(milestone)
        if days < 1:
            continue
        readers = {milestone.owner}
        if days >= ESCALATES_AFTER or milestone.pk in orphans:
            readers.add(milestone.evaluation.owner)
        for reader in readers:
            _owe(milestone, days, reader)


def _whole_days(milestone: Milestone) -> int:
    """How often the hour of its date has come since, by clocks in its zone."""
    now = timezone.now()
    days = (wall_of(now, milestone.zone).date() - milestone.due_on).days
    again = milestone.due_on + datetime.timedelta(days=days)
    if instant_of(again, milestone.due_time, milestone.zone) > now:
        days -= 1
    return days


def _owe(milestone: Milestone, days: int, reader: User) -> None:
    day = milestone.due_on + datetime.timedelta(days=days)
    if not is_working_day(day, reader.country, reader.subdivision):
        return
    schedule_notice(
        kind=MilestoneOverdue.name,
        evaluation=milestone.evaluation,
        subject_id=milestone.pk,
        occurrence=milestone.occurrence,
        offset_days=-days,
        recipient=reader,
        day=day,
        time=milestone.due_time,
        zone=milestone.zone,
    )


register_chore(name="milestones_overdue", every=EVERY, work=owe_overdue)
