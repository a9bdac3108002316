"""The mails that are owed for a milestone, written with the change that causes them."""

import datetime

from django.utils import timezone

from evaltracker.kit.clock import instant_of
from evaltracker.notices.services.scheduling import cancel_notices, schedule_notice
from trials.models import Milestone
from trials.notices import MilestoneDue


def owe_reminders(milestone: Milestone, *, missed: bool = True) -> None:
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
        schedule_notice(
            kind=MilestoneDue.name,
            evaluation=milestone.evaluation,
            subject_id=milestone.pk,
            occurrence=milestone.occurrence,
            offset_days=days,
            recipient=milestone.owner,
            day=milestone.due_on - datetime.timedelta(days=days),
            time=milestone.due_time,
            zone=milestone.zone,
        )


def stop_reminders(milestone: Milestone, because: str) -> None:
    """Owe no mail about this milestone any more."""
    cancel_notices(kind=MilestoneDue.name, subject_id=milestone.pk, because=because)
