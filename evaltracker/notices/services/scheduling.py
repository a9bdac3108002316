"""Owing a notice, no longer owing it, and a person's word on the unclear ones."""

import datetime
import uuid
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NOTICE_UNCLEAR, NoticeState
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import lock, require_owner
from evaltracker.notices.kinds import DAILY_MAIL, KINDS, OWED_NOW
from evaltracker.toolbox.days import as_typed, instant_of, typed, unknown_zone

# Not yet on its way: the sweep finds its row changed and lets go of it.
STOPPABLE = (NoticeState.PENDING, NoticeState.CLAIMED)


@transaction.atomic
def schedule_notice(
    kind: str,
    evaluation: Evaluation | None,
    subject_id: object,
    *,
    day: datetime.date,
    time: datetime.time,
    zone: str,
    occurrence: object = "",
    offset_days: int = 0,
    recipient: User | None = None,
    address: str = "",
    addressee: str = "",
    number: uuid.UUID | None = None,
) -> Notice | None:
    """Owe somebody a mail at that wall time, whatever happens to this process.

    Call it in the transaction of the change that causes it; that change's journal
    entry speaks for both. `day` is the day of the mail, `offset_days` only tells
    apart the mails of one occurrence. What is owed already, in any state, is not owed
    twice: then nothing happens and the answer is None, so whatever is to be said
    again needs a new `occurrence`. An outsider is told by `address` and `addressee`.

    Raises:
        Invalid: an unknown zone, no recipient, or a field that does not fit.
        LookupError: nobody registered the kind.
    """
    can_wait = KINDS[kind].can_wait and recipient is not None
    number = number or uuid.uuid4()
    due_at = _instant(day, time, zone)
    now = timezone.now()
    notice = Notice(
        id=number,
        kind=kind,
        evaluation=evaluation,
        subject_id=str(subject_id),
        occurrence=str(occurrence),
        offset_days=offset_days,
        recipient=recipient,
        address="" if recipient else address,
        addressee="" if recipient else addressee,
        wall_time=as_typed(day, time),
        zone=zone,
        due_at=due_at,
        # What can wait is looked at once at once: it may travel in a daily mail.
        next_try_at=min(due_at, now) if can_wait else due_at,
        message_id=message_id_of(number),
    )
    _check(notice)
    if notice.next_try_at <= now:
        OWED_NOW.say()
    # Two that cause the same notice at once are told apart by the database only.
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    if Notice.objects.filter(pk=number).exists():
        return notice
    return None


def message_id_of(number: uuid.UUID) -> str:
    return f"<{number}@{urlsplit(settings.SITE_URL).hostname}>"


def owe_now(
    kind: str, evaluation: Evaluation | None, subject_id: object, **terms: Any
) -> Notice | None:
    """Owe somebody a mail as soon as may be; the rest is as in `schedule_notice`."""
    # In UTC no wall time happens twice, so that none looks an hour late.
    now = timezone.now().astimezone(datetime.UTC).replace(microsecond=0)
    terms |= {"day": now.date(), "time": now.time(), "zone": "UTC"}
    return schedule_notice(kind, evaluation, subject_id, **terms)


@transaction.atomic
def cancel_notices(*, kind: str, subject_id: object, because: str) -> int:
    """Stop owing what has not left yet; the rows stay and say why.

    Returns:
        How many were stopped. A mail that is being handed over cannot be.
    """
    KINDS[kind]
    return Notice.objects.filter(
        kind=kind, subject_id=str(subject_id), state__in=STOPPABLE
    ).update(
        state=NoticeState.SUPPRESSED,
        suppressed_because=because,
        lease_token=None,
        lease_until=None,
    )


@transaction.atomic
def resend_notice(*, notice: Notice, reason: str, by: By) -> Notice:
    """Send an uncertain or dead notice after all, as soon as may be.

    An uncertain one may have arrived, so it is flagged as a possible repeat.

    Raises:
        Forbidden: not the owner. Refused: it is neither uncertain nor dead. Invalid: no
        reason.
    """
    notice = _lock_unclear(notice, reason, by)
    OWED_NOW.say()
    return _settle(
        notice,
        "notice.resent",
        reason,
        by,
        state=NoticeState.PENDING,
        attempts=0,
        # By itself, whatever carried it before.
        placed=True,
        digest=None,
        next_try_at=Now(),
        maybe_repeated=notice.maybe_repeated or notice.state == NoticeState.UNCERTAIN,
    )


@transaction.atomic
def resolve_notice(*, notice: Notice, reason: str, by: By) -> Notice:
    """Close an uncertain or dead notice without sending it again.

    Raises:
        Forbidden: not the owner. Refused: it is neither uncertain nor dead. Invalid: no
        reason.
    """
    return _settle(
        _lock_unclear(notice, reason, by),
        "notice.resolved",
        reason,
        by,
        state=NoticeState.SUPPRESSED,
        suppressed_because=reason.strip(),
    )


def _lock_unclear(notice: Notice, reason: str, by: By) -> Notice:
    """The notice under a row lock, if `by` may settle it now."""
    notice = lock(notice)
    check_settle_notice(notice, by)
    if not reason.strip():
        raise Invalid("Give a reason; the journal keeps it.", field="reason")
    return notice


def check_settle_notice(notice: Notice, by: By) -> None:
    require_owner(by, _evaluation_of(notice))
    if notice.state not in NOTICE_UNCLEAR:
        raise Refused(
            f"This notice is {notice.get_state_display().lower()}; only an uncertain "
            "or dead one needs your decision."
        )


def _evaluation_of(notice: Notice) -> Evaluation:
    """Whose owner has the word; a mail about a login is asked for anew instead."""
    if notice.evaluation is None:
        raise Forbidden("You can't settle a mail about a login. Request a new one.")
    return notice.evaluation


def _settle(notice: Notice, action: str, reason: str, by: By, **values: Any) -> Notice:
    before = journal.snapshot(notice, ("state", "last_error"))
    Notice.objects.filter(pk=notice.pk).update(**values)
    notice.refresh_from_db()
    journal.record(
        evaluation=_evaluation_of(notice),
        action=action,
        subject=notice,
        by=by,
        before=before,
        after=journal.snapshot(notice, ("state", "maybe_repeated")),
        reason=reason.strip(),
    )
    return notice


def _instant(day: datetime.date, time: datetime.time, zone: str) -> datetime.datetime:
    """`instant_of`, with a sentence for a zone or day that does not exist."""
    try:
        return instant_of(day, time, zone)
    except (ZoneInfoNotFoundError, ValueError):
        sentence = unknown_zone(zone)
    except OverflowError:
        sentence = f"{day} is too far away."
    raise Invalid(sentence, field="zone")


def _check(notice: Notice) -> None:
    """Refuse what a column cannot hold; SQLite would drop such a row silently."""
    if notice.recipient is None and not notice.address:
        raise Invalid("A notice needs a recipient: a person or an address.")
    try:
        notice.clean_fields()
    except ValidationError as error:
        raise Invalid(
            "The notice does not fit.", errors=dict(error.message_dict)
        ) from error


# Owing somebody a mail about their login; no evaluation is concerned.


def schedule_account_mail(
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


def schedule_warning(*, kind: str, person: User) -> Notice | None:
    """Owe `person` a mail about what goes on around their login, one a day at most."""
    if not person.email:
        return None
    today = timezone.now().astimezone(datetime.UTC).date()
    return owe_now(kind, None, person.pk, occurrence=f"{today}", recipient=person)


# Counting again when notices are due, as zones' rules change (R13); a daily chore.

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
