"""On which days somebody works, by weekday and public holidays, and at which instants.

Pure but for the holiday library; no models.
"""

import datetime
from functools import lru_cache

import holidays
from django.core.exceptions import ValidationError
from holidays import HolidayBase

from evaltracker.kit.clock import instant_of, wall_of

# A country and, where its holidays differ, a subdivision, as codes.
type Place = tuple[str, str]

MORNING = datetime.time(9)
WEEKEND = (5, 6)
# Longer than any row of days off; a calendar without a working day must not hang.
LONGEST_REST = 60
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
    if not country:
        return day.weekday() not in WEEKEND
    try:
        return bool(_calendar(country, subdivision).is_working_day(day))
    except NotImplementedError:
        # A later library has dropped it; a mail on a holiday is better than none.
        return day.weekday() not in WEEKEND


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
    day = wall_of(now, zone).date()
    for _ in range(LONGEST_REST):
        morning = instant_of(day, MORNING, zone)
        if morning <= now and is_working_day(day, country, subdivision):
            return morning
        day -= ONE_DAY
    return instant_of(wall_of(now, zone).date(), MORNING, zone) - ONE_DAY


def next_morning(
    now: datetime.datetime, zone: str, country: str = "", subdivision: str = ""
) -> datetime.datetime:
    """The first 09:00 of a working day in `zone` that is after `now`."""
    day = wall_of(now, zone).date()
    for _ in range(LONGEST_REST):
        morning = instant_of(day, MORNING, zone)
        if morning > now and is_working_day(day, country, subdivision):
            return morning
        day += ONE_DAY
    return instant_of(wall_of(now, zone).date(), MORNING, zone) + ONE_DAY
