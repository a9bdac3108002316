"""The mails that a demo owes to everybody with a part, written when it is arranged."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from evaltracker.evaluations.clock import wall_of
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.services.notices import (
    cancel_notices,
    owe_now,
    schedule_notice,
)
from stakeholders.policy import insiders
from trials.demo_notices import DemoArranged, DemoComing

if TYPE_CHECKING:
    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Evaluation
    from trials.models import Demo

DAYS_BEFORE = 1


def owe_invitations(demo: Demo, evaluation: Evaluation, by: By) -> None:
    """Owe each of them a mail now and a reminder the day before.

    Nobody is invited to what is past, and who arranges it knows when it is.
    """
    if demo.scheduled_for is None or demo.scheduled_for <= timezone.now():
        return
    wall = wall_of(demo.scheduled_for, demo.zone)
    day = wall.date() - datetime.timedelta(days=DAYS_BEFORE)
    for person in insiders(evaluation):
        if person != actor_of(by).user:
            owe_now(
                kind=DemoArranged.name,
                evaluation=evaluation,
                subject_id=demo.pk,
                occurrence=demo.occurrence,
                recipient=person,
            )
        schedule_notice(
            kind=DemoComing.name,
            evaluation=evaluation,
            subject_id=demo.pk,
            occurrence=demo.occurrence,
            offset_days=DAYS_BEFORE,
            recipient=person,
            day=day,
            time=wall.time(),
            zone=demo.zone,
        )


def call_off_invitations(demo: Demo, because: str) -> None:
    """Owe no mail about its old date any more."""
    for kind in (DemoArranged, DemoComing):
        cancel_notices(kind=kind.name, subject_id=demo.pk, because=because)
