"""Values out of JSON of others, which holds anything anywhere."""

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from evaltracker.kit.text import LINE_LIMIT, TEXT_LIMIT, read_line, read_text
from evaltracker.money import read_currency

MOST = 5_000


def part(whole: Any, name: str) -> dict[str, Any]:
    """An object in an object; an empty one if there is none."""
    found = whole.get(name) if isinstance(whole, dict) else None
    return found if isinstance(found, dict) else {}


def rows(whole: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a list in an object."""
    found = whole.get(name) if isinstance(whole, dict) else None
    if isinstance(found, dict):  # the bids of a release stand in “details”
        found = found.get("details")
    listed = found if isinstance(found, list) else []
    return [value for value in listed[:MOST] if isinstance(value, dict)]


def first(found: Any) -> dict[str, Any]:
    """The first object of a list."""
    return next(iter(rows({"list": found}, "list")), {})


def line(value: Any) -> str:
    """Somebody's words on one line; blank if they cannot be kept."""
    if not isinstance(value, str | int):
        return ""
    try:
        return read_line(" ".join(str(value).split())[:LINE_LIMIT])
    except ValueError:
        return ""


def text(value: Any) -> str:
    """Somebody's words; blank if they cannot be kept."""
    told = value if isinstance(value, str) else ""
    try:
        return read_text(told.strip()[:TEXT_LIMIT])
    except ValueError:
        return ""


def amount(value: Any) -> tuple[Decimal | None, str]:
    """A Value as number and currency."""
    told = value if isinstance(value, dict) else {}
    currency = currency_of(line(told.get("currency")))
    try:
        number = Decimal(str(told.get("amount"))).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None, currency
    return (number if 0 <= number < 10**12 else None), currency


def currency_of(told: str) -> str:
    """The code of a currency; what is none stays as it was told."""
    try:
        return read_currency(told)
    except ValueError:
        return told.upper()


def day(value: Any) -> datetime.date | None:
    """The day of a moment."""
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def roles(party: dict[str, Any]) -> set[str]:
    """What an organisation is in a process."""
    told = party.get("roles")
    return (
        {text for text in told if isinstance(text, str)}
        if type(told) is list
        else set()
    )
