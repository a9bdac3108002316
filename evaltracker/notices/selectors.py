"""Reads of notices; nothing in here changes anything."""

import datetime

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import DAILY_MAIL


def due_notices() -> QuerySet[Notice]:
    """Notices that a sweep may take now, by the database's clock, oldest first.

    The condition on the state repeats that of the index `notice_open_by_next_try`, so
    that an idle sweep reads one page of it, however many notices there were.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    due: QuerySet[Notice] = Notice.objects.filter(
        free, state__in=NOTICE_OPEN, digest__isnull=True, next_try_at__lte=Now()
    )
    return due.order_by("next_try_at")


def oldest_due_lateness() -> datetime.timedelta | None:
    """How long the oldest due notice has waited; None while nothing is due.

    One whose mail server said “later” is due at its next try, not before.
    """
    lateness = ExpressionWrapper(Now() - F("next_try_at"), DurationField())
    oldest: datetime.timedelta | None = (
        Notice.objects.filter(
            state__in=NOTICE_OPEN, digest__isnull=True, next_try_at__lte=Now()
        )
        .order_by("next_try_at")
        .values_list(lateness, flat=True)
        .first()
    )
    return oldest


def notices_in(
    *states: NoticeState, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """Notices in those states that `user` may see, with what a list prints."""
    rows: QuerySet[Notice] = Notice.objects.visible_to(user).filter(state__in=states)
    # What it carries is listed, each in its own evaluation.
    seen = rows.exclude(kind=DAILY_MAIL)
    if evaluation is not None:
        seen = seen.filter(evaluation=evaluation)
    return seen.select_related("evaluation", "recipient", "webhook", "digest")


def next_notices(
    *, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """What will go out, soonest first."""
    coming = notices_in(*NOTICE_OPEN, user=user, evaluation=evaluation)
    return coming.order_by("next_try_at")


def sent_notices(
    *, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """What the mail server took, newest first."""
    sent = notices_in(NoticeState.SENT, user=user, evaluation=evaluation)
    return sent.order_by("-sent_at")


def suppressed_notices(
    *, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """What was not sent because it no longer held, newest first."""
    stopped = notices_in(NoticeState.SUPPRESSED, user=user, evaluation=evaluation)
    return stopped.order_by("-due_at")


def uncertain_notices(
    *, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """What may have arrived and waits for the owner's word, oldest first."""
    return notices_in(NoticeState.UNCERTAIN, user=user, evaluation=evaluation)


def dead_notices(
    *, user: User, evaluation: Evaluation | None = None
) -> QuerySet[Notice]:
    """What the mail server refused for good, oldest first."""
    return notices_in(NoticeState.DEAD, user=user, evaluation=evaluation)
