"""Counting in months and working days, and days in words; pure, without Django."""

import calendar
import datetime
from collections.abc import Callable
from datetime import date, timedelta


def day_in_words(day: datetime.date) -> str:
    """A day as a sentence says it: “25 May 2027”."""
    return f"{day.day} {day:%B %Y}"


def lately(day: datetime.date, today: datetime.date) -> str:
    """“today”, “Tuesday” within a week of it, or else “25 May”."""
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days, f"{day:%A}")
    if abs(days) < 7:
        return near
    return f"{day.day} {day:%b}"


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later or earlier, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    month = month + 1
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


WORKING_DAYS = 5

# Longer than any row of days off; a calendar that never works must not hang.
LONGEST_REST = 60

type Works = Callable[[date], bool]


def monday_to_friday(day: date) -> bool:
    return day.weekday() < WORKING_DAYS


def working_days_between(
    after: date, until: date, works: Works = monday_to_friday
) -> int:
    """Count the working days after one day up to and with another; never below 0."""
    days = (until - after).days
    return sum(works(after + timedelta(days=number)) for number in range(1, days + 1))


def working_day(day: date, direction: int = 1, works: Works = monday_to_friday) -> date:
    """`day`, or the nearest working day after it, or before it if `direction` is -1."""
    for _ in range(LONGEST_REST):
        if works(day):
            return day
        day += timedelta(days=direction)
    raise ValueError("The calendar has no working days.")


def shift(day: date, count: int, works: Works) -> date:
    direction = 1 if count > 0 else -1
    for _ in range(abs(count)):
        day = working_day(day + timedelta(days=direction), direction, works)
    return day
