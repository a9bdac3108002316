"""Milestones in the shape of a real request for proposals, moved to our dates."""

import datetime

from django.utils import timezone

from evaltracker.demo.files import read_csv
from evaltracker.evaluations.models import Evaluation
from trials.services.milestones import add_milestone

NOON = datetime.time(12)


def add_schedule(evaluation: Evaluation) -> None:
    """The seven dated steps, as far apart as published, the first a week from now."""
    rows = read_csv("alaska_schedule.csv")
    first = datetime.date.fromisoformat(rows[0]["iso"][:10])
    start = timezone.localdate() + datetime.timedelta(weeks=1)
    for row in rows:
        moment = row["iso"].split()[0]
        day = datetime.date.fromisoformat(moment[:10])
        time = datetime.time.fromisoformat(moment[11:]) if len(moment) > 10 else NOON
        add_milestone(
            evaluation=evaluation,
            title=row["milestone"],
            owner_user=evaluation.owner,
            due_on=start + (day - first),
            due_time=time,
            zone=evaluation.zone,
            by=evaluation.owner,
        )
