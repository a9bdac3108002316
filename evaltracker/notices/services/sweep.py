"""Sending what is due: docs/developers/design.md, section 7, in code.

A sweep, of which any number may run at once,

1. claims a batch in one statement, with a fresh token and a lease;
2. asks of each notice again whether it still holds;
3. marks it *handing*, if the token and the lease are still its own;
4. hands the mail over, outside any transaction;
5. marks it *sent*, if the token is still its own: with the mark of the next.

So a process that dies or freezes leaves rows whose lease runs out, and the next sweep
takes them. The mail of such a row may have left, as the last marks may be lost with
the database that crashed (marks.py): it goes out again, flagged and with the same
Message-ID. The marks of a held kind are not lost: found in *handing* it waits for a
person, found as a mere claim it is free. All times come from the database's clock.
Steps 2 to 5 are in handing.py.
"""

import time
import uuid
from datetime import timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import Case, F, Q, UUIDField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models import Notice
from evaltracker.kit.shutdown import asked_to_stop
from evaltracker.notices.kinds import held_kinds
from evaltracker.notices.selectors import due_notices
from evaltracker.notices.services.delivery import Batch, SweepReport
from evaltracker.notices.services.leases import LEASE, prepared, unhurried_commits
from evaltracker.notices.smtp import Line

SMALLEST_BATCH, LARGEST_BATCH = 20, 100
# Batches grow while a mail takes less than this share of the lease.
QUICK = LEASE.total_seconds() / 400
BUDGET = timedelta(minutes=4)


def sweep_notices(
    *, limit: int | None = None, budget: timedelta = BUDGET
) -> SweepReport:
    """Send what is due, until nothing is, or `limit` or `budget` is used up.

    While the mail server cannot be reached nothing is lost and no try is counted.
    Asked to stop, it ends after the mail in hand and frees what it has claimed.

    Raises:
        RuntimeError: inside a transaction, whose end could undo what was sent.

    """
    if connection.in_atomic_block:
        with transaction.atomic(durable=True):
            pass  # raises, unless it is only a test's
    report = SweepReport()
    ends, left, size = time.monotonic() + budget.total_seconds(), limit, SMALLEST_BATCH
    while not (report.trouble or asked_to_stop()):
        if time.monotonic() > ends or left == 0 or not something_is_due():
            break
        began = time.monotonic()
        batch = _claim(size if left is None else min(size, left), report)
        if batch is None:
            break
        with Line() as line, unhurried_commits():
            Batch(batch, line, report).send()
        left = None if left is None else left - min(size, left)
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
    """What a claim writes into a row, by what the row was before."""
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


def _claim(size: int, report: SweepReport) -> list[Notice] | None:
    """Take up to `size` due notices with a fresh token; None if nothing was due.

    One whose lease ran out is flagged in the same statement. Of a held kind it is
    free if it was merely claimed, and becomes uncertain if it was being handed over.
    """
    token = uuid.uuid4()
    due = (
        due_notices()
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
    return list(
        Notice.objects.filter(pk__in=claimed, lease_token=token).order_by(
            "attempts", "next_try_at"
        )
    )
