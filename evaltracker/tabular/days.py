"""Days as people of different countries write them, read without guessing."""

import datetime
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from babel import Locale

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# With points the day is always first; with other marks it depends on the country.
LOCAL = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
IN_WORDS = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[. -]{1,2}(?:de |of )?"
    r"(?P<month>[^\W\d_]{3,12})\.?[, -]{1,2}(?:de )?(?P<year>[0-9]{4})"
    r"|(?P<month2>[^\W\d_]{3,12})\.? (?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?,? "
    r"(?P<year2>[0-9]{4})"
)
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "fi")
MOST_MONTHS = 12


class DayOrder(StrEnum):
    """Which of the first two numbers of a day is which."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"


def order_of(texts: Iterable[str]) -> DayOrder | None:
    """The order in which a column writes its days, if its days tell one."""
    orders = {found for text in texts if (found := _told_by(text))}
    return orders.pop() if len(orders) == 1 else None


def read_day(text: str, order: DayOrder | None = None) -> datetime.date:
    """The day that a text says; `order` settles what can be read in two ways.

    Raises:
        ValueError: with the sentence.

    """
    text = text.strip()
    if ISO.fullmatch(text):
        return _day(text, *map(int, text.split("-")))
    parts = LOCAL.fullmatch(text)
    if parts is None:
        return _in_words(text)
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    order = _told_by(text) or order
    if order is None and first != second:
        raise ValueError(
            f"“{text}” can be two days. Write year, month and day, as in 2030-01-31."
        )
    if order == DayOrder.MONTH_FIRST:
        first, second = second, first
    return _day(text, year, second, first)


def is_open(text: str) -> bool:
    """Whether `text` can be two days."""
    parts = LOCAL.fullmatch(text.strip())
    is_told = parts is None or _told_by(text) is not None
    return not is_told and parts is not None and int(parts[1]) != int(parts[3])


def _in_words(text: str) -> datetime.date:
    """A day whose month is a word, such as 3 April 2027."""
    parts = IN_WORDS.fullmatch(text)
    if parts is None:
        raise _no_day(text)
    name = (parts["month"] or parts["month2"]).casefold()
    month = _months().get(name)
    if month is None:
        raise _no_day(text)
    day, year = parts["day"] or parts["day2"], parts["year"] or parts["year2"]
    return _day(text, int(year), month, int(day))


@cache
def _months() -> dict[str, int]:
    """By name in some languages, the number of a month that alone is called so."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    found.setdefault(name.rstrip(".").casefold(), set()).add(number)
    found.setdefault("sept", set()).add(9)
    return {name: min(it) for name, it in found.items() if len(it) == 1}


def _told_by(text: str) -> DayOrder | None:
    """The order that one text can only have."""
    parts = LOCAL.fullmatch(text.strip())
    if parts is None:
        return None
    if parts[2] == "." or int(parts[1]) > MOST_MONTHS:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if int(parts[3]) > MOST_MONTHS else None


def _day(text: str, year: int, month: int, day: int) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except ValueError as error:
        raise _no_day(text) from error


def _no_day(text: str) -> ValueError:
    return ValueError(
        f"“{text[:40]}” is no day. Write the day as 2030-01-31 or 31.01.2030."
    )
