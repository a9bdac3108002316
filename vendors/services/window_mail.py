"""Telling invited vendors that answering opens, ends another day, and is over."""

import datetime

from django.db.models import Q

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import database_now
from vendors.services.mailing import gathering_end, invited_candidates, owe_contacts
from vendors.window_notices import (
    AnsweringClosed,
    AnsweringMoved,
    AnsweringOpened,
    end_of,
)

# How late a vendor may still hear of the end, after a fault of ours.
LATEST = datetime.timedelta(days=3)


def tell_of_opening(evaluation: Evaluation) -> None:
    """Owe it to whoever was invited before answers were taken."""
    now = database_now()
    owe_contacts(
        kind=AnsweringOpened.name,
        candidates=invited_candidates(evaluation),
        occurrence=_sequence(now),
        at=now,
    )


def tell_of_move(evaluation: Evaluation) -> None:
    """Owe the new end; moves within a quarter of an hour are one mail."""
    at = gathering_end(database_now())
    owe_contacts(
        kind=AnsweringMoved.name,
        candidates=invited_candidates(evaluation),
        occurrence=_sequence(at),
        at=at,
    )


def tell_of_end() -> None:
    """Owe the end in all evaluations in which it came, by hand or by the clock; a
    chore."""
    now = database_now()
    since = now - LATEST
    for evaluation in Evaluation.objects.filter(
        Q(claims_closed_at__gt=since)
        | Q(claims_closed_at=None, claims_close_at__gt=since, claims_close_at__lte=now),
        status=Status.OPEN,
        claims_opened_at__isnull=False,
    ):
        end = end_of(evaluation)
        if end is not None:
            owe_contacts(
                kind=AnsweringClosed.name,
                candidates=invited_candidates(evaluation).filter(invited_at__lt=end),
                occurrence=end.isoformat(),
                at=now,
            )


def _sequence(instant: datetime.datetime) -> int:
    """A number that grows, so that a calendar replaces the entry it has."""
    return int(instant.timestamp() // 60)
