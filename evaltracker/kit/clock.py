"""What time it is, by the database; and which instant a wall time means.

Deadlines are judged by the database's clock alone (R14). A wall time that daylight
saving skips moves to the next valid one, one that happens twice means the first (R12).
"""

import datetime
import math
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone


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


def instant_of(day: datetime.date, time: datetime.time, zone: str) -> datetime.datetime:
    """The instant, in UTC, at which clocks in `zone` first show `day` and `time`.

    If they never do, because clocks are put forward over it, the instant at which
    they are put forward: 02:30 becomes 03:00, and on a day that a country skips,
    the midnight that follows it.

    Raises:
        ZoneInfoNotFoundError: a zone that the IANA database does not know.
        ValueError: `time` carries a zone of its own.

    """
    if time.tzinfo is not None:
        raise ValueError("a wall time carries no zone of its own")
    place = ZoneInfo(zone)
    wall = datetime.datetime.combine(day, time.replace(fold=0))
    instant = wall.replace(tzinfo=place).astimezone(datetime.UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall:
        return instant
    # In a gap the two folds bracket the jump: read with the offset of after it, the
    # wall time lies before the jump, and read with the offset of before, after it.
    earlier = wall.replace(tzinfo=place, fold=1).astimezone(datetime.UTC)
    return _jump_between(earlier, instant, place)


def wall_of(instant: datetime.datetime, zone: str) -> datetime.datetime:
    """What clocks in `zone` show at `instant`; the result knows its zone."""
    return instant.astimezone(ZoneInfo(zone))


def today_in(zone: str) -> datetime.date:
    """Which day it is there now."""
    return wall_of(timezone.now(), zone).date()


def is_moved(day: datetime.date, time: datetime.time, zone: str) -> bool:
    """Whether that wall time does not exist there, so that it is moved to another.

    Forms tell the person before saving.
    """
    shown = wall_of(instant_of(day, time, zone), zone)
    return shown.replace(tzinfo=None, fold=0) != datetime.datetime.combine(
        day, time.replace(fold=0)
    )


def as_typed(day: datetime.date, time: datetime.time) -> datetime.datetime:
    """The digits of a wall time in a column of instants: UTC digits, unconverted."""
    return datetime.datetime.combine(day, time.replace(fold=0), tzinfo=datetime.UTC)


def typed(stored: datetime.datetime) -> tuple[datetime.date, datetime.time]:
    """The day and time that `as_typed` kept."""
    digits = stored.astimezone(datetime.UTC)
    return digits.date(), digits.time()


def _jump_between(
    low: datetime.datetime, high: datetime.datetime, place: ZoneInfo
) -> datetime.datetime:
    """The first second after `low` at which the offset is that of `high`."""
    after = high.astimezone(place).utcoffset()
    before, there = int(low.timestamp()), math.ceil(high.timestamp())
    while there - before > 1:
        middle = (before + there) // 2
        if datetime.datetime.fromtimestamp(middle, place).utcoffset() == after:
            there = middle
        else:
            before = middle
    return datetime.datetime.fromtimestamp(there, datetime.UTC)
