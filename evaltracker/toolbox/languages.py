"""The languages that vendors read, and how each writes days, numbers and lists.

A tag is small, such as “de” or “de-ch”: the language of sentences, with the formats of
a place. All but `best_of` go by the language that is active.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language, override
from django.utils.translation.trans_real import parse_accept_lang_header

from evaltracker.toolbox.days import wall_of

OFFERED = {"de": "Deutsch", "fr": "Français", "en": "English"}
# Longest kept: “de-ch”.
TAG_LENGTH = 5
# Day before month, as everywhere else in the product.
USUAL = "en-gb"

speaking = override


def language_in(tag: str) -> str:
    """“de” of “de-ch”; blank for one that is not offered."""
    language = tag.partition("-")[0]
    return language if language in OFFERED else ""


def best_of(accept_language: str) -> str:
    """The tag that a browser likes best of those that are offered; blank: none."""
    for tag, _ in parse_accept_lang_header(accept_language):
        if language := language_in(tag):
            is_known = len(tag) == TAG_LENGTH and _locale(tag).territory
            return tag if is_known and language != "en" else language
    return ""


def day(date: datetime.date, zone: str = "") -> str:
    """“3 May 2040”; of an instant the day that it is in `zone`."""
    if isinstance(date, datetime.datetime) and zone:
        date = wall_of(date, zone).date()
    return format_skeleton("yMMMd", date, locale=_locale())


def long_day(date: datetime.date) -> str:
    """“Thursday, 3 May 2040”."""
    return format_date(date, "full", locale=_locale())


def moment(instant: datetime.datetime, zone: str) -> str:
    """“3 May 2040, 14:00 CEST”."""
    wall = wall_of(instant, zone)
    return f"{day(wall.date())}, {wall:%H:%M %Z}"


def number(value: Decimal | int) -> str:
    return format_decimal(value, locale=_locale(), decimal_quantization=False)


def money(amount: Decimal, currency: str) -> str:
    """“1,200.50 EUR”, with the decimals that it has, and at least two."""
    shown = format_decimal(
        amount, "#,##0.00", locale=_locale(), decimal_quantization=False
    )
    return f"{shown} {currency}"


def listed(items: Iterable[object]) -> str:
    return format_list([str(item) for item in items], locale=_locale())


def _locale(tag: str = "") -> Locale:
    tag = tag or get_language() or USUAL
    language = language_in(tag)
    try:
        return Locale.parse(USUAL if language in ("en", "") else tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale(language)
