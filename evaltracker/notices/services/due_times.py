"""Counting again when notices are due, as zones' rules change (R13); a daily chore."""

import datetime
import uuid
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.db.models.functions import Now
from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.kinds import DAILY_MAIL, KINDS
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import instant_of, typed

# Owing somebody a mail about their login; no evaluation is concerned.


def owe_account_mail(
    *, kind: str, person: User, address: str = "", what: str = ""
) -> Notice | None:
    """Owe a mail about the login of `person` as soon as may be.

    It goes to `address` if one is given, such as one that is not theirs yet, else to
    their own. Each call is a mail of its own: asking twice for a new password sends
    two. `what` is a word of ours that the kind of mail knows.
    """
    return owe_now(
        kind=kind,
        evaluation=None,
        subject_id=person.pk,
        occurrence=f"{what}:{uuid.uuid4().hex[:16]}",
        recipient=None if address else person,
        address=address,
    )


def owe_warning(*, kind: str, person: User) -> Notice | None:
    """Owe `person` a mail about what goes on around their login, one a day at most."""
    if not person.email:
        return None
    today = timezone.now().astimezone(datetime.UTC).date()
    return owe_now(
        kind=kind,
        evaluation=None,
        subject_id=person.pk,
        occurrence=f"{today}",
        recipient=person,
    )


logger = structlog.get_logger(__name__)
AT_ONCE = 500


def recount_due() -> None:
    """Put unsent notices where their wall time is now, by the zones of this machine.

    One that has been tried keeps its next try. What was placed in a daily mail is
    placed anew.
    """
    unsent = Notice.objects.filter(state=NoticeState.PENDING, due_at__gt=Now())
    moved = 0
    for notice in unsent.exclude(kind=DAILY_MAIL).iterator(chunk_size=AT_ONCE):
        due_at = _due_at(notice)
        if due_at is None or due_at == notice.due_at:
            continue
        moved += Notice.objects.filter(
            pk=notice.pk, state=NoticeState.PENDING, lease_token__isnull=True
        ).update(
            due_at=due_at,
            next_try_at=Now() if _may_wait(notice) else due_at,
            placed=False,
            digest=None,
        )
    if moved:
        logger.warning("due_times_moved", count=moved)


def _may_wait(notice: Notice) -> bool:
    """Whether it is to be placed first; it is no shadow and its kind can wait."""
    try:
        can_wait = KINDS[notice.kind].can_wait
    except LookupError:
        return False
    return can_wait and notice.recipient_id is not None


def _due_at(notice: Notice) -> datetime.datetime | None:
    """The instant of its wall time; None where this machine knows no such zone."""
    day, time = typed(notice.wall_time)
    try:
        return instant_of(day, time, notice.zone)
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        logger.warning("zone_unknown", notice=str(notice.pk))
        return None
