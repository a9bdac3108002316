"""The languages that vendors read, and how each writes days, numbers and lists.

A tag is small, such as “de” or “de-ch”: the language of sentences, with the formats of
a place. All but `best_of` go by the language that is active.
"""

import datetime
import re
from collections.abc import Iterable
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal
from django.utils.translation import get_language, override
from django.utils.translation.trans_real import parse_accept_lang_header

from evaltracker.toolbox.days import wall_of

OFFERED = {"de": "Deutsch", "fr": "Français", "en": "English"}
# By tag how it writes; English puts the day before the month, as the product does.
LOCALES = {
    name.lower().replace("_", "-"): Locale.parse(name)
    for name in locale_identifiers()
    if re.fullmatch(r"(de|fr)(_[A-Z]{2})?", name)
} | {"en": Locale("en", "GB")}
TAG_LENGTH = max(map(len, LOCALES))

speaking = override


def best_of(accept_language: str) -> str:
    """The tag that a browser likes best of those that are offered; blank: none."""
    preferred = [tag for tag, _ in parse_accept_lang_header(accept_language)]
    tags = (
        part for tag in preferred for part in (tag, tag[:2]) if tag[2:3] in ("", "-")
    )
    return next((tag for tag in tags if tag in LOCALES), "")


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


def _locale() -> Locale:
    return LOCALES.get(get_language() or "", LOCALES["en"])
