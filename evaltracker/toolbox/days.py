"""On which days somebody works, by weekday and public holidays, and at which instants.

Pure but for the holiday library; no models.
"""

import datetime
import math
import zoneinfo
from contextlib import suppress
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from holidays import HolidayBase

from evaltracker.toolbox.working_days import LONGEST_REST, monday_to_friday

# What time it is, by the database; and which instant a wall time means.
#
# Deadlines are judged by the database's clock alone (R14). A wall time that daylight
# saving skips moves to the next valid one, one that happens twice means the first
# (R12).


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
        ZoneInfoNotFoundError: a zone that the IANA database does not know. ValueError:
        `time` carries a zone of its own.
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


def local_day(instant: datetime.datetime, zone: str) -> datetime.date:
    return wall_of(instant, zone).date()


def today_in(zone: str) -> datetime.date:
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
    digits = stored.astimezone(datetime.UTC)
    return digits.date(), digits.time()


def _jump_between(
    low: datetime.datetime, high: datetime.datetime, place: ZoneInfo
) -> datetime.datetime:
    """The first second after `low` at which the offset is that of `high`."""
    after = high.astimezone(place).utcoffset()
    before = int(low.timestamp())
    there = math.ceil(high.timestamp())
    while there - before > 1:
        middle = (before + there) // 2
        if datetime.datetime.fromtimestamp(middle, place).utcoffset() == after:
            there = middle
        else:
            before = middle
    return datetime.datetime.fromtimestamp(there, datetime.UTC)


# A country and, where its holidays differ, a subdivision, as codes.
type Place = tuple[str, str]

MORNING = datetime.time(9)
NO_TIME = datetime.timedelta()
ONE_DAY = datetime.timedelta(days=1)


@lru_cache(maxsize=1)
def known_places() -> dict[str, list[str]]:
    """Countries whose holidays are known, each with its subdivisions, as codes."""
    places: dict[str, list[str]] = holidays.list_supported_countries(
        include_aliases=False
    )
    return places


@lru_cache(maxsize=1)
def countries() -> list[tuple[str, str]]:
    """Code and name of each country whose holidays are known, by name."""
    named = {
        codes[1]: name.replace("_", " ").title()
        for name, codes in holidays.registry.COUNTRIES.items()
    }
    known = [(code, named.get(code, code)) for code in known_places()]
    return sorted(known, key=lambda pair: pair[1])


def check_place(country: str, subdivision: str) -> None:
    """Refuse a country or subdivision whose holidays nobody knows."""
    if subdivision and not country:
        raise ValidationError({"subdivision": "Name the country, too."})
    if country and country not in known_places():
        raise ValidationError(
            {"country": f"“{country}” is no country whose holidays are known here."}
        )
    if subdivision and subdivision not in known_places()[country]:
        known = ", ".join(known_places()[country]) or "none"
        raise ValidationError(
            {"subdivision": f"{country} has no “{subdivision}”; it has: {known}."}
        )


@lru_cache(maxsize=256)
def _calendar(country: str, subdivision: str) -> HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision or None)


def is_working_day(
    day: datetime.date, country: str = "", subdivision: str = ""
) -> bool:
    """Whether people there work on `day`; without a country, Monday to Friday."""
    # A later library may have dropped it; a mail on a holiday is better than none.
    with suppress(NotImplementedError):
        if country:
            return bool(_calendar(country, subdivision).is_working_day(day))
    return monday_to_friday(day)


@lru_cache(maxsize=65_536)
def everybody_works(day: datetime.date, places: frozenset[Place]) -> bool:
    """Whether `day` is a working day in each of `places`, of all people involved.

    Without any it is Monday to Friday.
    """
    return all(is_working_day(day, *place) for place in places or {("", "")})


def last_morning(
    now: datetime.datetime, zone: str, country: str = "", subdivision: str = ""
) -> datetime.datetime:
    """The latest 09:00 of a working day in `zone` that is not after `now`."""
    return _morning(now, zone, (country, subdivision), -ONE_DAY)


def next_morning(
    now: datetime.datetime, zone: str, country: str = "", subdivision: str = ""
) -> datetime.datetime:
    """The first 09:00 of a working day in `zone` that is after `now`."""
    return _morning(now, zone, (country, subdivision), ONE_DAY)


def _morning(
    now: datetime.datetime, zone: str, place: Place, step: datetime.timedelta
) -> datetime.datetime:
    today = local_day(now, zone)
    for days in range(LONGEST_REST):
        day = today + days * step
        morning = instant_of(day, MORNING, zone)
        if (morning > now) == (step > NO_TIME) and is_working_day(day, *place):
            return morning
    return instant_of(today, MORNING, zone) + step


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone that the IANA database of this machine knows, in order."""
    return tuple(sorted(zoneinfo.available_timezones()))


@cache
def _by_place() -> dict[str, tuple[str, ...]]:
    zones: dict[str, list[str]] = {}
    for name in zone_names():
        place = name.casefold().replace("_", " ")
        for key in {place, place.rpartition("/")[2]}:
            zones.setdefault(key, []).append(name)
    return {key: tuple(names) for key, names in zones.items()}


def unknown_zone(name: str) -> str:
    return f"“{name}” is not a known time zone; write it like Europe/Berlin."


def read_zone(text: str) -> str:
    """The zone that `text` names: “europe/berlin” and “Berlin” are Europe/Berlin.

    Raises:
        ValueError: there is none, or more than one place has that name.
    """
    place = " ".join(text.replace("_", " ").split())
    if text in zone_names():
        return text
    names = _by_place().get(place.casefold(), ())
    if len(names) == 1:
        return names[0]
    if names:
        raise ValueError(f"“{place}” may be {' or '.join(names)}; choose one of them.")
    raise ValueError(unknown_zone(place[:40]))
