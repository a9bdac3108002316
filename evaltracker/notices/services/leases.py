"""The marks that a sweep leaves on rows that it has in hand, fenced by its token.

*Sent* of the last mail and *handing* of the next are one statement, and its commit is
not waited for: a database that crashes may forget the marks since the batch was
claimed. That is why whoever finds a lapsed claim flags it, whatever mark it carries
(delivery.py). Marks of held kinds are waited for, so theirs tell the truth.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models.functions import Now

from evaltracker.evaluations.account_log import readers_among
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice, User, Webhook
from evaltracker.notices.kinds import DAILY_MAIL, KINDS
from evaltracker.toolbox.text import one_line

# A mail takes at most 15 s (mail.MAIL_SECONDS) and renews the lease of its row.
LEASE = timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
WORDS_KEPT = 500
ONLY_WHEN_ASKED = 1_000_000_000
# By connection; one cursor serves all the marks of a sweep.
_CURSORS: WeakKeyDictionary[Any, psycopg.Cursor[Any]] = WeakKeyDictionary()

_STEP = f"""
WITH done AS (
    UPDATE evaluations_notice
    SET state = '{NoticeState.SENT}', sent_at = clock_timestamp(), last_error = '',
        lease_token = NULL, lease_until = NULL
    WHERE id = %s AND lease_token = %s RETURNING 1
), begun AS (
    UPDATE evaluations_notice
    SET state = '{NoticeState.HANDING}', attempts = %s,
        lease_until = clock_timestamp() + interval '{LEASE.total_seconds()} seconds'
    WHERE id = %s AND lease_token = %s AND state = '{NoticeState.CLAIMED}'
        AND lease_until > clock_timestamp() RETURNING 1
)
SELECT (SELECT count(*) FROM done), (SELECT count(*) FROM begun)
"""  # noqa: S608  # our own constants


@contextmanager
def unhurried_commits() -> Iterator[None]:
    """Do not wait for the disk after each mark; see above why that is enough."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        # A connection that is gone has taken its setting with it.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def step(done: Notice | None, begun: Notice | None) -> tuple[bool, bool]:
    """Mark `done` as sent and `begun` as being handed over, together.

    Returns:
        For each whether it was still ours; what was not is another sweep's.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic():
            return _is_done(done), _has_begun(begun)
    parameters: list[Any] = [None] * 5
    if done:
        parameters[:2] = [done.pk, done.lease_token]
    if begun:
        parameters[2:] = [begun.attempts, begun.pk, begun.lease_token]
    marked = prepared(_STEP, *parameters)
    if marked is None:
        return (False, False)
    return (bool(marked[0]), bool(marked[1]))


def prepared(sql: str, *params: Any) -> tuple[Any, ...] | None:
    """The first row of a statement that PostgreSQL plans once for a connection.

    Planning takes longer than what these few statements do.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    # Django's own cursor binds without preparing.
    cursor = _CURSORS.get(raw)
    if cursor is None:
        cursor = _CURSORS[raw] = psycopg.Cursor(raw)
    if raw.prepare_threshold is None:
        # Django forbids preparing; now it is allowed, and only what asks for it.
        raw.prepare_threshold = ONLY_WHEN_ASKED
    with connection.wrap_database_errors:
        return cursor.execute(sql, params, prepare=True).fetchone()


def begin_durably(notice: Notice) -> bool:
    """Mark a held notice as being handed over, and wait until the disk knows."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = on")
        return _has_begun(notice)


def mark(notice: Notice, state: NoticeState, **values: Any) -> bool:
    """End the claim in `state`; false if another sweep has taken the row over."""
    ours = Notice.objects.filter(pk=notice.pk, lease_token=notice.lease_token)
    changes = UNLEASED | cleaned(values)
    return bool(ours.update(state=state, **changes))


def give_back(notices: Sequence[Notice], error: str = "") -> int:
    """Free claims of which no mail has left, as if they had not been taken."""
    values = cleaned({"last_error": error} if error else {})
    changes = UNLEASED | values
    freed: int = _claimed(notices).update(state=NoticeState.PENDING, **changes)
    return freed


def renew(notices: Sequence[Notice]) -> None:
    _claimed(notices).filter(lease_until__gt=Now()).update(lease_until=Now() + LEASE)


UNLEASED: dict[str, Any] = {"lease_token": None, "lease_until": None}


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Without what a database refuses to store; a server's words may hold it."""
    return {
        name: one_line(value)[:WORDS_KEPT] if isinstance(value, str) else value
        for name, value in values.items()
    }


def _claimed(notices: Sequence[Notice]) -> Any:
    return Notice.objects.filter(
        pk__in=[notice.pk for notice in notices],
        lease_token__in={notice.lease_token for notice in notices},
        state=NoticeState.CLAIMED,
    )


def _is_done(notice: Notice | None) -> bool:
    return notice is not None and mark(
        notice, NoticeState.SENT, sent_at=Now(), last_error=""
    )


def _has_begun(notice: Notice | None) -> bool:
    if notice is None:
        return False
    ours = _claimed([notice]).filter(lease_until__gt=Now())
    return bool(
        ours.update(
            state=NoticeState.HANDING,
            lease_until=Now() + LEASE,
            attempts=notice.attempts,
        )
    )


# Whether notices still hold, asked for many at once right before they leave.
#
# The number of queries depends on the kinds in a batch, not on the notices in it.

# A batch that takes longer than this is looked at again.
FRESH_SECONDS = 1.0


class NoticeSnapshot:
    """What was true of some notices at one moment.

    It fills in their recipient, evaluation, webhook and subject as they are now.
    """

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._at = time.monotonic()
        people = User.objects.in_bulk(
            {row.recipient_id for row in notices if row.recipient_id}
        )
        places = Evaluation.objects.in_bulk({row.evaluation_id for row in notices})
        webhooks = {row.webhook_id for row in notices if row.webhook_id}
        if webhooks:
            webhook_of = Webhook.objects.in_bulk(webhooks)
        else:
            webhook_of = {}
        for row in notices:
            row.webhook = webhook_of.get(row.webhook_id)
            row.recipient = people.get(row.recipient_id)
            row.evaluation = places.get(row.evaluation_id)
        self._readers = readers_among(places, people)
        self._faults: dict[str, Exception] = {}
        self._read_subjects(notices)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self._at < FRESH_SECONDS

    def why_not(self, notice: Notice) -> str:
        """Empty if `notice` still holds, else the sentence why not."""
        webhook = notice.webhook
        if webhook and (webhook.removed_at or webhook.ended_at):
            return "The webhook was removed, or has ended."
        reader = notice.recipient
        if reader is not None:
            if not reader.is_active:
                return f"{reader.name} no longer signs in here."
            # A daily mail asks this for each notice that it carries.
            if notice.kind == DAILY_MAIL:
                return ""
            if notice.evaluation and not self._sees(reader, notice.evaluation):
                return f"{reader.name} may no longer see this evaluation."
        return self._ask(notice)

    def _sees(self, reader: User, evaluation: Evaluation) -> bool:
        return (
            reader.is_superuser
            or evaluation.owner_id == reader.pk
            or (evaluation.pk, reader.pk) in self._readers
        )

    def _ask(self, notice: Notice) -> str:
        """What its kind says; a fault in reading for the kind is told on each row."""
        if notice.kind in self._faults:
            raise self._faults[notice.kind]
        return KINDS[notice.kind].holds(notice)

    def _read_subjects(self, notices: Sequence[Notice]) -> None:
        by_kind: dict[str, list[Notice]] = defaultdict(list)
        for notice in notices:
            if notice.kind != DAILY_MAIL:
                by_kind[notice.kind].append(notice)
        for name, of_kind in by_kind.items():
            try:
                subjects = KINDS[name].subjects(
                    {notice.subject_id for notice in of_kind}
                )
            # An unknown kind or a fault in its code must not stop the batch.
            except Exception as error:  # noqa: BLE001
                self._faults[name] = error
                continue
            for notice in of_kind:
                notice.subject = subjects.get(notice.subject_id)
