"""Letting time pass for the chore that asks people to sign."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.utils import timezone

from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.kinds import KINDS, Message
from evaltracker.workflow.services.sign_offs import look_at_what_moved

SOON = datetime.timedelta(minutes=15)


@contextmanager
def later(**ago: float) -> Iterator[None]:
    """A block in which so much time has passed, and the chore was done."""
    with time_machine.travel(timezone.now() + datetime.timedelta(**ago), tick=False):
        look_at_what_moved()
        yield


def owed(kind: str = "sign_off_requested") -> list[str]:
    """Logins of who is owed such a mail that still holds, in order."""
    return sorted(
        row.recipient.username for row in rows(kind) if row.recipient is not None
    )


def rows(kind: str) -> list[Notice]:
    """Notices of a kind that would be sent at this moment."""
    found = Notice.objects.filter(kind=kind).select_related(
        "evaluation__owner", "recipient"
    )
    return [notice for notice in found if not KINDS[kind].holds(notice)]


def mail_to(user: User, kind: str = "sign_off_requested") -> Message:
    """The newest mail of a kind to somebody."""
    notice = [row for row in rows(kind) if row.recipient == user][-1]
    return KINDS[kind].compose(notice)
