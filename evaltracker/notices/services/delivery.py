"""Handing claimed notices over, one by one; the inner part of a sweep."""

import time
import uuid
from dataclasses import dataclass, field, fields
from datetime import timedelta
from time import monotonic
from typing import Any, cast

import structlog
from django.db import connection, transaction
from django.db.models import Case, F, Q, UUIDField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models import ChoreDone, Notice
from evaltracker.notices.kinds import DAILY_MAIL, KINDS, held_kinds
from evaltracker.notices.mail import (
    DeliveryOutcome,
    DeliveryReply,
    MailConnection,
    OutgoingMessage,
    Unreachable,
    outgoing_message,
)
from evaltracker.notices.selectors import due_notices
from evaltracker.notices.services import digests
from evaltracker.notices.services.leases import (
    LEASE,
    NoticeSnapshot,
    begin_durably,
    give_back,
    mark,
    prepared,
    renew,
    step,
    unhurried_commits,
)
from evaltracker.notices.services.webhooks import note_failure, note_taken, post_event
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.processes import CHORES, Chore, asked_to_stop

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, *[60] * 24))
RENEW_SECONDS = LEASE.total_seconds() / 3

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class SweepReport:
    sent: int = 0
    suppressed: int = 0
    deferred: int = 0
    dead: int = 0
    uncertain: int = 0
    # Why no mail leaves any more, if it is so.
    trouble: str = ""
    # Webhooks that did not take what they were told.
    failed: set[uuid.UUID | None] = field(default_factory=set)

    def __str__(self) -> str:
        counts = [f"{getattr(self, f.name)} {f.name}" for f in fields(self)[:-2]]
        return ", ".join(counts)


class Batch:
    """Claimed notices on their way through one line to the mail server, or each to its
    webhook."""

    def __init__(
        self, notices: list[Notice], line: MailConnection, report: SweepReport
    ) -> None:
        self.notices = notices
        self.mail = line
        self.report = report
        self.look = NoticeSnapshot(notices)
        # Taken by the server, and not yet marked: the next one's mark does it.
        self.taken: Notice | None = None
        self._renewed = monotonic()

    def send(self) -> None:
        """Send each; what happens to one does not touch the others."""
        for place, notice in enumerate(self.notices):
            if asked_to_stop():
                self._finish()
                give_back(self.notices[place:])
                return
            if notice.webhook_id in self.report.failed:
                continue  # it waits with the one that failed
            self._keep_fresh(place)
            load = self._prepare(notice)
            if load is None:
                continue
            if isinstance(load, OutgoingMessage) and not self.mail.is_open:
                self._finish()
                try:
                    self.mail.open()
                except Unreachable as error:
                    self._give_up(place, str(error))
                    return
            if self._begin(notice):
                # A database that fails from here on ends the sweep: the row stays in
                # *handing*, so that what may have left is flagged, not forgotten.
                self._settle(notice, self._hand(notice, load))
        self._finish()

    def _keep_fresh(self, place: int) -> None:
        """A slow batch renews its claims, and looks again at what it has left."""
        if monotonic() - self._renewed > RENEW_SECONDS:
            renew(self.notices[place:])
            self._renewed = monotonic()
        if not self.look.is_fresh:
            self.look = NoticeSnapshot(self.notices[place:])

    def _hand(self, notice: Notice, load: OutgoingMessage | bytes) -> DeliveryReply:
        if isinstance(load, bytes):
            return post_event(notice, load)
        return self.mail.hand(load)

    def _prepare(self, notice: Notice) -> OutgoingMessage | bytes | None:
        notice.attempts += 1
        try:
            if because := self.look.why_not(notice):
                self._suppress(notice, because)
                return None
            if notice.kind == DAILY_MAIL:
                message = digests.gather(notice)
                if message is None:
                    self._suppress(notice, "Nothing in it holds any more.")
                    return None
                return outgoing_message(notice, message)
            kind = KINDS[notice.kind]
            if notice.webhook_id:
                return kind.compose(notice).text.encode()
            if digests.waits_for_a_place(notice) and digests.schedule_departure(notice):
                return None
            return outgoing_message(notice, kind.compose(notice))
        except ValueError as error:
            self._bury(notice, str(error))
        # A fault in one kind's code is told on its row, and tried again.
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("notice_failed", notice=str(notice.pk))
            self._defer(notice, f"{type(error).__name__}: {error}")
        return None

    def _begin(self, notice: Notice) -> bool:
        """Mark it as about to leave; false if it is no longer ours to send."""
        if _is_held(notice):
            self._finish()
            return begin_durably(notice)
        done = self.taken
        self.taken = None
        sent, begun = step(done, notice)
        self.report.sent += sent
        return begun

    def _finish(self) -> None:
        if self.taken is not None:
            sent, _ = step(self.taken, None)
            self.report.sent += sent
            self.taken = None

    def _settle(self, notice: Notice, answer: DeliveryReply) -> None:
        if notice.webhook_id:
            self._settle_event(notice, answer)
            return
        match answer.verdict:
            case DeliveryOutcome.TAKEN if notice.kind == DAILY_MAIL:
                values = {"sent_at": Now(), "last_error": ""}
                self.report.sent += _end(notice, NoticeState.SENT, **values)
            case DeliveryOutcome.TAKEN:
                self.taken = notice
            case DeliveryOutcome.NEVER:
                self._bury(notice, answer.words)
            case DeliveryOutcome.LATER:
                self._defer(notice, answer.words)
            case DeliveryOutcome.UNCLEAR if _is_held(notice):
                self.report.uncertain += _end(
                    notice,
                    NoticeState.UNCERTAIN,
                    last_error=answer.words,
                    maybe_repeated=True,
                )
            case DeliveryOutcome.UNCLEAR:
                self._defer(notice, answer.words, maybe_repeated=True)

    def _settle_event(self, notice: Notice, answer: DeliveryReply) -> None:
        if answer.verdict is DeliveryOutcome.TAKEN:
            note_taken(notice)
            self.taken = notice
            return
        again = answer.verdict in (DeliveryOutcome.LATER, DeliveryOutcome.UNCLEAR)
        is_dead = not again or notice.attempts > len(BACKOFF)
        wait = max(BACKOFF[min(notice.attempts, len(BACKOFF)) - 1], answer.wait)
        with transaction.atomic():
            if is_dead:
                self._bury(notice, answer.words)
            else:
                unclear = answer.verdict is DeliveryOutcome.UNCLEAR
                if unclear:
                    repeated = {"maybe_repeated": True}
                else:
                    repeated = {}
                self._defer(notice, answer.words, **repeated)
            gone = answer.verdict is DeliveryOutcome.GONE
            note_failure(notice, wait, is_dead=is_dead, has_ended=gone)
        self.report.failed.add(notice.webhook_id)

    def _suppress(self, notice: Notice, because: str) -> None:
        values = {"suppressed_because": because}
        self.report.suppressed += _end(notice, NoticeState.SUPPRESSED, **values)

    def _defer(self, notice: Notice, error: str, **values: Any) -> None:
        """Try again later: after 1, 5, 15, 60 minutes, then hourly for a day."""
        if notice.attempts > len(BACKOFF):
            self._bury(notice, error)
        elif mark(
            notice,
            NoticeState.PENDING,
            attempts=notice.attempts,
            next_try_at=Now() + BACKOFF[notice.attempts - 1],
            last_error=error,
            **values,
        ):
            self.report.deferred += 1

    def _bury(self, notice: Notice, error: str) -> None:
        if _end(notice, NoticeState.DEAD, last_error=error):
            logger.warning("notice_dead", notice=str(notice.pk))
            self.report.dead += 1

    def _give_up(self, place: int, error: str) -> None:
        """Free the rest, of which no mail has left, until the server is back."""
        self.report.trouble = error
        logger.warning("mail_server_unreachable")
        self.report.deferred += give_back(self.notices[place:], error)


def _end(notice: Notice, state: NoticeState, **values: Any) -> bool:
    if notice.kind == DAILY_MAIL:
        return digests.settle(notice, state, **values)
    return mark(notice, state, **values)


def _is_held(notice: Notice) -> bool:
    return notice.kind != DAILY_MAIL and KINDS[notice.kind].hold


def do_chores() -> list[str]:
    """Do what is due, each chore in its own transaction and by one process only.

    A chore that fails is undone, told in the log, tried again by the next waker, and
    does not hold up the others. Without the database none can be done.

    Returns:
        The names of those that were done.

    Raises:
        django.db.Error: the database is away.
    """
    done_at = dict(ChoreDone.objects.values_list("name", "done_at"))
    now = database_now()
    done = []
    for name, chore in CHORES.items():
        if chore.every is None:
            continue
        if name in done_at and now < done_at[name] + chore.every:
            continue
        try:
            if _do(chore):
                done.append(name)
        # One chore's fault is no reason to leave the others or the mail undone.
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("chore_failed", chore=name)
    return done


def _do(chore: Chore) -> bool:
    """Do it, unless another process is at it or has just done it."""
    with transaction.atomic():
        _, is_first = ChoreDone.objects.get_or_create(
            name=chore.name, defaults={"done_at": Now()}
        )
        ours = ChoreDone.objects.select_for_update(
            skip_locked=True, no_key=True
        ).filter(name=chore.name)
        if not is_first:
            ours = ours.filter(done_at__lte=Now() - chore.every)
        if not ours.exists():
            return False
        chore.work()
        ChoreDone.objects.filter(name=chore.name).update(done_at=Now())
    return True


# Sending what is due: docs/developers/design.md, section 7, in code.
#
# A sweep, of which any number may run at once,
#
# 1. claims a batch in one statement, with a fresh token and a lease;
# 2. asks of each notice again whether it still holds;
# 3. marks it *handing*, if the token and the lease are still its own;
# 4. hands the mail over, outside any transaction;
# 5. marks it *sent*, if the token is still its own: with the mark of the next.
#
# So a process that dies or freezes leaves rows whose lease runs out, and the next sweep
# takes them. The mail of such a row may have left, as the last marks may be lost with
# the database that crashed (leases.py): it goes out again, flagged and with the same
# Message-ID. The marks of a held kind are not lost: found in *handing* it waits for a
# person, found as a mere claim it is free. All times come from the database's clock.
# Steps 2 to 5 are in `Batch`.

SMALLEST_BATCH = 20
LARGEST_BATCH = 100
# Batches grow while a mail takes less than this share of the lease.
QUICK = LEASE.total_seconds() / 400
BUDGET = timedelta(minutes=4)


def sweep_notices(
    *, limit: int | None = None, budget: timedelta = BUDGET
) -> SweepReport:
    """Send what is due, until nothing is, or `limit` or `budget` is used up.

    Mails leave before events. While the mail server cannot be reached nothing is lost
    and no try is counted.
    Asked to stop, it ends after the mail in hand and frees what it has claimed.

    Raises:
        RuntimeError: inside a transaction, whose end could undo what was sent.
    """
    if connection.in_atomic_block:
        with transaction.atomic(durable=True):
            pass  # raises, unless it is only a test's
    report = SweepReport()
    ends = time.monotonic() + budget.total_seconds()
    left = limit
    size = SMALLEST_BATCH
    while not asked_to_stop():
        if time.monotonic() > ends or left == 0 or not something_is_due():
            break
        began = time.monotonic()
        if left is None:
            most = size
        else:
            most = min(size, left)
        if report.trouble:
            batch = None
        else:
            batch = _claim(most, report)
        if batch is None:
            # Few, as each may be waited for.
            batch = _claim(min(most, SMALLEST_BATCH), report, events=True)
        if batch is None:
            break
        with MailConnection() as line, unhurried_commits():
            Batch(batch, line, report).send()
        if left is None:
            left = None
        else:
            left = left - min(size, left)
        if time.monotonic() - began < QUICK * size:
            size = min(2 * size, LARGEST_BATCH)
    return report


# What `due_notices` asks, with the states spelled out: a plan that is made once cannot
# know that a parameter lies within the condition of the index.
_PROBE = f"""
SELECT 1 FROM evaluations_notice
WHERE state IN ({", ".join(f"'{state}'" for state in NOTICE_OPEN)})
    AND digest_id IS NULL AND next_try_at <= statement_timestamp()
    AND (lease_until IS NULL OR lease_until < statement_timestamp())
ORDER BY next_try_at LIMIT 1
"""  # noqa: S608  # our own constants


def something_is_due() -> bool:
    """One probe of an index, however many notices there were; all of an idle sweep."""
    if connection.vendor == "postgresql":
        return prepared(_PROBE) is not None
    return due_notices().exists()


def _claimed_by(token: uuid.UUID) -> dict[str, Case]:
    held = Q(kind__in=held_kinds())
    handing = Q(state=NoticeState.HANDING)
    lapsed = handing | (Q(state=NoticeState.CLAIMED) & ~held)
    unclear = handing & held
    return {
        "state": Case(
            When(unclear, then=Value(NoticeState.UNCERTAIN)),
            default=Value(NoticeState.CLAIMED),
        ),
        "lease_token": Case(
            When(unclear, then=None), default=Value(token, UUIDField())
        ),
        "lease_until": Case(When(unclear, then=None), default=Now() + LEASE),
        "maybe_repeated": Case(When(lapsed, then=True), default=F("maybe_repeated")),
    }


def _claim(
    size: int, report: SweepReport, *, events: bool = False
) -> list[Notice] | None:
    """Take up to `size` due mails or events with a fresh token; None if none was due.

    One whose lease ran out is flagged in the same statement. Of a held kind it is
    free if it was merely claimed, and becomes uncertain if it was being handed over.
    """
    token = uuid.uuid4()
    due = (
        due_notices(to_webhooks=events)
        .exclude(webhook__in=report.failed)
        .select_for_update(skip_locked=True, no_key=True)
        .values("pk")[:size]
    )
    rows_due = Notice.objects.filter(pk__in=RawSQL("SELECT due.pk FROM due", ()))
    query = cast("UpdateQuery", rows_due.query.chain(UpdateQuery))
    query.add_update_values(_claimed_by(token))
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        which, chosen = due.query.get_compiler(connection=connection).as_sql()
        sql, params = query.get_compiler(connection=connection).as_sql()
        # The ORM cannot say RETURNING on an update; both databases can. Nor that the
        # choice is made once: as a mere subquery with a limit, PostgreSQL may make it
        # anew for each row of a nested loop, locking others each time.
        cursor.execute(
            f"WITH due AS MATERIALIZED ({which}) {sql} RETURNING id, state",
            (*chosen, *params),
        )
        rows = [(uuid.UUID(str(pk)), state) for pk, state in cursor.fetchall()]
    claimed = [pk for pk, state in rows if state == NoticeState.CLAIMED]
    report.uncertain += len(rows) - len(claimed)
    if not rows:
        return None
    # Least tried first: one that kills its process must not take the others with it.
    # Of events the most tried: it tries its webhook for all that wait with it.
    mine = Notice.objects.filter(pk__in=claimed, lease_token=token)
    tried = Case(When(webhook__isnull=True, then=F("attempts")), default=-F("attempts"))
    return list(mine.order_by(tried, "next_try_at"))
