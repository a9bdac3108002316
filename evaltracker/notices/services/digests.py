"""Daily mails: what blocks nobody else waits for the morning and travels together.

A daily mail is a notice, too: one row, one Message-ID, handed over like any other. What
it carries keeps rows of its own, which share its fate; what came too late for it, or
cannot be said in a line, leaves by itself.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from evaltracker.errors import Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction, MailRhythm, NoticeState
from evaltracker.evaluations.models import Notice, User
from evaltracker.evaluations.policy import change
from evaltracker.notices.kinds import DAILY_MAIL, KINDS, Message
from evaltracker.notices.selectors import daily_mail
from evaltracker.notices.services.leases import NoticeSnapshot, cleaned, mark
from evaltracker.notices.services.scheduling import message_id_of
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.days import (
    as_typed,
    database_now,
    is_working_day,
    last_morning,
    next_morning,
    wall_of,
)
from evaltracker.toolbox.secrets import digest_of, new_secret

logger = structlog.get_logger(__name__)


def waits_for_a_place(notice: Notice) -> bool:
    """Whether it is still to be decided if it leaves by itself."""
    return (
        not notice.placed
        and notice.recipient_id is not None
        and KINDS[notice.kind].can_wait
    )


def schedule_departure(notice: Notice) -> bool:
    """Decide when and how a claimed notice leaves.

    Returns:
        False if that is now and by itself; else its claim has ended.
    """
    reader = notice.recipient
    now = database_now()
    assert reader is not None  # noqa: S101  # see `waits_for_a_place`
    slot = _slot(notice.due_at, now, reader)
    with transaction.atomic():
        if slot:
            daily = _daily_mail(reader, slot)
        else:
            daily = None
        if daily is None and notice.due_at <= now:
            return False
        mark(
            notice,
            NoticeState.PENDING,
            placed=True,
            digest=daily,
            next_try_at=daily.due_at if daily else leaving(notice.due_at, now, reader),
        )
    return True


def _slot(
    due_at: datetime.datetime, now: datetime.datetime, reader: User
) -> datetime.datetime | None:
    """The morning that it waits for; None if it leaves by itself.

    What has happened waits for the next morning. What is due later travels in the
    last mail before that, or by itself if there is none.
    """
    if reader.mail_rhythm == MailRhythm.EACH:
        return None
    home = reader.time_zone, reader.country, reader.subdivision
    if due_at <= now:
        return next_morning(now, *home)
    slot = last_morning(due_at, *home)
    return slot if slot > now else None


def leaving(
    due_at: datetime.datetime, now: datetime.datetime, reader: User
) -> datetime.datetime:
    """When what leaves by itself does: when it is due, or the working morning before.

    Nobody is reminded on a day off of what can be told before it.
    """
    home = reader.country, reader.subdivision
    if is_working_day(wall_of(due_at, reader.time_zone).date(), *home):
        return due_at
    before = last_morning(due_at, reader.time_zone, *home)
    return before if before > now else due_at


def _daily_mail(reader: User, slot: datetime.datetime) -> Notice | None:
    number = uuid.uuid4()
    wall = wall_of(slot, reader.time_zone)
    made = Notice(
        id=number,
        kind=DAILY_MAIL,
        subject_id=str(reader.pk),
        occurrence=slot.isoformat(),
        recipient=reader,
        wall_time=as_typed(wall.date(), wall.time()),
        zone=reader.time_zone,
        due_at=slot,
        next_try_at=slot,
        placed=True,
        message_id=message_id_of(number),
    )
    Notice.objects.bulk_create([made], ignore_conflicts=True)
    # Locked, so that it does not leave before what it carries is committed.
    there: Notice | None = (
        Notice.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            kind=DAILY_MAIL,
            subject_id=str(reader.pk),
            occurrence=slot.isoformat(),
            recipient=reader,
            # One that may have arrived must say the same when it is repeated.
            state=NoticeState.PENDING,
            attempts=0,
            maybe_repeated=False,
        )
        .first()
    )
    return there


def gather(daily: Notice) -> Message | None:
    """The mail with all that still holds; None if nothing does.

    `daily.subject` keeps what it tells, for `settle_carried`.
    """
    carried = list(
        Notice.objects.filter(digest=daily, state=NoticeState.PENDING).order_by(
            "due_at", "kind", "id"
        )
    )
    look = NoticeSnapshot(carried)
    pairs: list[tuple[Notice, Message]] = []
    for notice in carried:
        try:
            if because := look.why_not(notice):
                _carried(daily, [notice]).update(
                    state=NoticeState.SUPPRESSED,
                    **cleaned({"suppressed_because": because}),
                )
                continue
            message = KINDS[notice.kind].compose(notice)
        # By itself its fault is told on its row.
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("notice_failed", notice=str(notice.pk))
            message = None
        if message is None or message.brief is None:
            _release(_carried(daily, [notice]))
        else:
            pairs.append((notice, message))
    daily.subject = [notice for notice, _ in pairs]
    if pairs:
        return daily_mail(daily, [message for _, message in pairs])
    return None


def settle(daily: Notice, state: NoticeState, **values: Any) -> bool:
    """End a daily mail and what it told in `state`; false if it is not ours any more.

    What was added while it left goes out by itself.
    """
    notices: Sequence[Notice] = daily.subject or ()
    with transaction.atomic():
        if not mark(daily, state, **values):
            return False
        fate = {
            name: value
            for name, value in cleaned(values).items()
            if name in ("sent_at", "last_error", "suppressed_because")
        }
        _carried(daily, notices).update(
            state=state, maybe_repeated=daily.maybe_repeated, **fate
        )
        left = Notice.objects.filter(digest=daily, state=NoticeState.PENDING)
        _release(left)
    return True


@transaction.atomic
def place_anew(person: User) -> None:
    """After a change of rhythm, zone or calendar: decide again when mails leave."""
    mine = Notice.objects.filter(recipient=person, state=NoticeState.PENDING)
    # Locked, so that no sweep takes one out while its load is moved.
    dailies = list(
        mine.filter(kind=DAILY_MAIL).select_for_update(of=("self",), no_key=True)
    )
    mine.filter(Q(digest__isnull=True) | Q(digest__in=dailies), placed=True).exclude(
        kind=DAILY_MAIL
    ).update(placed=False, digest=None, next_try_at=Now())


def _carried(daily: Notice, notices: Sequence[Notice]) -> Any:
    return Notice.objects.filter(
        digest=daily,
        pk__in=[notice.pk for notice in notices],
        state=NoticeState.PENDING,
    )


def _release(notices: Any) -> None:
    notices.update(digest=None, placed=True, next_try_at=Now())


# How a person wants to be told: rhythm, zone, days off, a calendar of their own.
#
# People belong to no evaluation, so these stand in the account log, not in a journal.

OWN = ("mail_rhythm", "time_zone", "country", "subdivision")


@transaction.atomic
def change_preferences(*, by: User, values: Mapping[str, Any]) -> User:
    """Change one's own; what is owed already is placed anew.

    Raises:
        Invalid: with the sentences by field.
    """
    person: User = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    wanted = {name: values[name] for name in OWN if name in values}
    _, after = change(person, **wanted)
    if after:
        place_anew(person)
        record(
            action=AccountAction.CHANGED,
            person=person,
            by=by,
            detail=", ".join(sorted(after)),
        )
    return person


@transaction.atomic
def renew_feed(*, by: User) -> str:
    """A new secret for the address of one's calendar; the old address ends at once.

    Returns:
        The secret, this once: only its digest is kept.
    """
    secret = new_secret()
    User.objects.filter(pk=by.pk).update(
        feed_digest=digest_of(secret), feed_made_at=Now()
    )
    record(action=AccountAction.CHANGED, person=by, by=by, detail="calendar made")
    return secret


def check_stop_feed(by: User) -> None:
    if not by.feed_digest:
        raise Refused("Your calendar has no address.")


@transaction.atomic
def stop_feed(*, by: User) -> None:
    """Serve one's calendar to nobody any more.

    Raises:
        Refused: it has no address.
    """
    by.refresh_from_db(fields=["feed_digest"])
    check_stop_feed(by)
    User.objects.filter(pk=by.pk).update(feed_digest="", feed_made_at=None)
    record(action=AccountAction.CHANGED, person=by, by=by, detail="calendar stopped")


def owner_of_feed(secret: str) -> User | None:
    """Whose calendar it is, while their login works."""
    owner: User | None = User.objects.filter(
        feed_digest=digest_of(secret), is_active=True
    ).first()
    return owner
