"""A wall time means one instant, held to a walk through a year of twelve zones."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.days import as_typed, instant_of, is_moved, typed, wall_of

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
)
TIMES = [datetime.time(hour, minute) for hour, minute in [(h, 30) for h in range(4)]]
TIMES.append(datetime.time(9))
DAY = datetime.timedelta(days=1)


def shown_in(
    zone: str, year: int, step: datetime.timedelta
) -> dict[datetime.datetime, datetime.datetime]:
    """Each wall time that clocks show in `year`, and the first instant they do."""
    place = ZoneInfo(zone)
    instant = datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) - 2 * DAY
    end = instant + 369 * DAY
    first: dict[datetime.datetime, datetime.datetime] = {}
    while instant < end:
        first.setdefault(
            instant.astimezone(place).replace(tzinfo=None, fold=0), instant
        )
        instant += step
    return first


@pytest.mark.parametrize(
    ("zone", "year", "minutes"),
    [
        *((zone, 2026, 15) for zone in ZONES),
        ("Pacific/Apia", 2011, 15),  # skipped a whole day
        ("America/St_Johns", 2011, 1),  # changed its clocks at one minute past
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[Pacific/Apia-2011-15]",
)
def test_every_wall_time_is_the_first_such_instant_or_the_next_valid_one(
    zone: str, year: int, minutes: int
) -> None:
    step = datetime.timedelta(minutes=minutes)
    first = shown_in(zone, year, step)
    day = datetime.date(year, 1, 1)
    while day.year == year:
        for time in TIMES:
            wall = datetime.datetime.combine(day, time)
            moved = wall not in first
            while wall not in first:
                wall += step
            assert instant_of(day, time, zone) == first[wall], (day, time)
            assert is_moved(day, time, zone) == moved
        day += DAY


def test_a_time_that_daylight_saving_skips_moves_to_the_next_valid_one() -> None:
    instant = instant_of(
        datetime.date(2026, 3, 29), datetime.time(2, 30), "Europe/Berlin"
    )

    assert wall_of(instant, "Europe/Berlin").isoformat() == "2026-03-29T03:00:00+02:00"


def test_a_time_that_happens_twice_means_the_first() -> None:
    instant = instant_of(
        datetime.date(2026, 10, 25), datetime.time(2, 30), "Europe/Berlin"
    )

    assert instant.isoformat() == "2026-10-25T00:30:00+00:00"


@given(
    st.dates(datetime.date(1990, 1, 1), datetime.date(2037, 12, 31)),
    st.times(),
    st.sampled_from(ZONES),
)
def test_an_instant_reads_as_it_was_typed_unless_it_is_moved_forward(
    day: datetime.date, time: datetime.time, zone: str
) -> None:
    wall = datetime.datetime.combine(day, time)
    read = wall_of(instant_of(day, time, zone), zone).replace(tzinfo=None, fold=0)

    assert read > wall if is_moved(day, time, zone) else read == wall
    assert typed(as_typed(day, time)) == (day, time)


def test_a_time_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        instant_of(
            datetime.date(2026, 1, 1), datetime.time(9, tzinfo=datetime.UTC), "UTC"
        )
