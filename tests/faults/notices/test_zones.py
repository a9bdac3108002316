"""T9: a year of wall times in twelve zones, against a walk from minute to minute."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from evaltracker.toolbox.days import instant_of

ZONES = [
    *("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo"),
    *("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"),
    *("America/St_Johns", "Asia/Tehran", "Pacific/Chatham", "UTC"),
]
TIMES = [datetime.time(*pair) for pair in ((0, 30), (1, 30), (2, 30), (3, 30), (9, 0))]
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


def walk(zone: str, year: int) -> dict[datetime.datetime, datetime.datetime]:
    """The first minute at which clocks there show each wall time, or are past it.

    It goes through every minute of the year and looks at the clock; no arithmetic.
    """
    place = ZoneInfo(zone)
    now = datetime.datetime(year - 1, 12, 30, tzinfo=datetime.UTC)
    end = datetime.datetime(year + 1, 1, 2, tzinfo=datetime.UTC)
    first: dict[datetime.datetime, datetime.datetime] = {}
    shown = now.astimezone(place).replace(tzinfo=None, fold=0)
    while now < end:
        later = now.astimezone(place).replace(tzinfo=None, fold=0)
        # Wall times that the clock has jumped over begin with the jump.
        skipped = shown + MINUTE
        while skipped < later:
            first.setdefault(skipped, now)
            skipped += MINUTE
        first.setdefault(later, now)
        shown = later
        now += MINUTE
    return first


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.nightly(
    reason="a year of each of twelve zones; each push has the one that moves by "
    "half an hour",
    short="[Australia/Lord_Howe]",
)
def test_every_wall_time_of_a_year_is_due_once_and_when_the_clock_first_shows_it(
    zone: str,
) -> None:
    year = 2026
    first = walk(zone, year)
    day, differences, seen = datetime.date(year, 1, 1), [], set()
    while day.year == year:
        for time in TIMES:
            instant = instant_of(day, time, zone)
            seen.add((day, time))
            if instant != first[datetime.datetime.combine(day, time)]:
                differences.append((day, time, instant))
        day += DAY

    assert len(seen) == 365 * len(TIMES)
    assert differences == []


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Apia", datetime.date(2011, 12, 30)), ("UTC", datetime.date(2026, 5, 5))],
)
def test_a_day_that_a_country_skipped_begins_with_the_next(
    zone: str, day: datetime.date
) -> None:
    first = walk(zone, day.year)
    for time in TIMES:
        wall = datetime.datetime.combine(day, time)
        assert instant_of(day, time, zone) == first[wall]
