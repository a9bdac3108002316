"""Sending what is due: DESIGN section 7 in code.

A sweep, of which any number may run at once,

1. claims a batch in one statement, with a fresh token and a lease;
2. asks of each notice again whether it still holds;
3. marks it *handing*, if the token and the lease are still its own;
4. hands the mail over, outside any transaction;
5. marks it *sent*, if the token is still its own.

So a process that dies or freezes leaves a row whose lease runs out, and the next sweep
takes it. Found in *handing*, its mail may have left: it goes out again, flagged and
with the same Message-ID, or waits for a person if its kind is held. All times come
from the database's clock. Steps 2 to 5 are in handing.py.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import Case, F, Q, UUIDField, Value, When
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice
from evaltracker.evaluations.notices import held_kinds
from evaltracker.evaluations.outgoing import Line
from evaltracker.evaluations.selectors import due_notices
from evaltracker.evaluations.services.handing import LEASE, Batch, SweepReport

SMALLEST_BATCH, LARGEST_BATCH = 20, 100
# Batches grow while a mail takes less than this share of the lease.
QUICK = LEASE.total_seconds() / 400
BUDGET = timedelta(minutes=4)


def sweep_notices(
    *, limit: int | None = None, budget: timedelta = BUDGET
) -> SweepReport:
    """Send what is due, until nothing is, or `limit` or `budget` is used up.

    While the mail server cannot be reached nothing is lost and no try is counted.

    Raises:
        RuntimeError: inside a transaction, whose end could undo what was sent.

    """
    report = SweepReport()
    ends, left, size = time.monotonic() + budget.total_seconds(), limit, SMALLEST_BATCH
    while not report.trouble and time.monotonic() < ends and left != 0:
        began = time.monotonic()
        batch = _claim(size if left is None else min(size, left), report)
        if batch is None:
            break
        with Line() as line:
            Batch(batch, line, report).send()
        left = None if left is None else left - min(size, left)
        if time.monotonic() - began < QUICK * size:
            size = min(2 * size, LARGEST_BATCH)
    return report


def _claim(size: int, report: SweepReport) -> list[Notice] | None:
    """Take up to `size` due notices with a fresh token; None if nothing was due.

    One that was being handed over when its lease ran out is flagged, in the same
    statement; if its kind is held, it becomes uncertain instead.
    """
    token = uuid.uuid4()
    handing = Q(state=NoticeState.HANDING)
    unclear = handing & Q(kind__in=held_kinds())
    due = due_notices().select_for_update(skip_locked=True).values("pk")[:size]
    rows_due = Notice.objects.filter(pk__in=due)
    query = cast("UpdateQuery", rows_due.query.chain(UpdateQuery))
    query.add_update_values(
        {
            "state": Case(
                When(unclear, then=Value(NoticeState.UNCERTAIN)),
                default=Value(NoticeState.CLAIMED),
            ),
            "lease_token": Case(
                When(unclear, then=None), default=Value(token, UUIDField())
            ),
            "lease_until": Case(When(unclear, then=None), default=Now() + LEASE),
            "maybe_repeated": Case(
                When(handing, then=True), default=F("maybe_repeated")
            ),
        }
    )
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        sql, params = query.get_compiler(connection=connection).as_sql()
        # The ORM cannot say RETURNING on an update; both databases can.
        cursor.execute(f"{sql} RETURNING id, state", params)
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
