"""The one clock that deadlines are judged by: the database's (RELIABILITY R14)."""

from __future__ import annotations

import datetime

from django.db import connection


def database_now() -> datetime.datetime:
    """The instant at which the database answers, not when the transaction began.

    A web server's clock may be wrong, and `now()` on PostgreSQL stands still for
    a whole transaction, so that somebody who waits for a lock would gain time.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            instant: datetime.datetime = cursor.fetchone()[0]
            return instant.astimezone(datetime.UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.datetime.fromisoformat(cursor.fetchone()[0]).replace(
            tzinfo=datetime.UTC
        )
