"""Benchmarks that have stopped reporting."""

import datetime

from django.db.models import Max

from evaltracker.kit.clock import today_in, wall_of
from evaltracker.kit.working_days import working_days_between
from trials.models import RunReport, Trial

# So many working days without a run, after the day of the last one.
SILENT_DAYS = 2


def silent_since(trial: Trial) -> datetime.date | None:
    """The day of the last report, if an open trial's benchmark has stopped.

    Working days are Monday to Friday, since nobody may be at work where it runs. A
    trial whose days are over waits for nothing.
    """
    today = today_in(trial.zone)
    if trial.closed_at or today > trial.ends_on:
        return None
    last = RunReport.objects.filter(trial=trial).aggregate(at=Max("received_at"))["at"]
    if last is None:
        return None
    day = wall_of(last, trial.zone).date()
    # Today is not over.
    yesterday = today - datetime.timedelta(days=1)
    silent = working_days_between(day, yesterday) >= SILENT_DAYS
    return day if silent else None
