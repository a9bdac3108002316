"""Milestones that have passed and are still open; time alone makes their notices."""

import datetime

from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import User
from evaltracker.kit.clock import instant_of, wall_of
from evaltracker.kit.periodic import register_chore
from evaltracker.kit.work_calendar import is_working_day
from evaltracker.notices.services.scheduling import schedule_notice
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.notices import MilestoneOverdue
from trials.selectors.orphans import orphaned_milestones

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
