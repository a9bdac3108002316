"""One value of a column as JSON, and back.

Decimals are strings, instants hold their zone, references name the row by its key.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from evaltracker.evaluations.journal import plain


def in_order(value: Any) -> Any:
    """`value` with the keys of every object sorted: databases keep them differently."""
    match value:
        case dict():
            return {key: in_order(value[key]) for key in sorted(value)}
        case list():
            return [in_order(item) for item in value]
    return value


def written(field: models.Field[Any, Any], value: Any) -> Any:
    """A value of `field`, which is no reference, as JSON."""
    if isinstance(field, models.JSONField):
        return in_order(value)
    return plain(value)


def read(field: models.Field[Any, Any], value: Any) -> Any:
    """What `written` wrote, as the column takes it.

    Raises:
        ValueError: with the sentence.

    """
    if value is None or isinstance(field, models.JSONField):
        return value
    for kind, (parse, what) in PARSERS.items():
        if isinstance(field, kind):
            try:
                return parse(value)
            except (ValueError, InvalidOperation, OverflowError):
                raise ValueError(f"“{str(value)[:60]}” is not {what}.") from None
    return value


def _instant(value: str) -> datetime.datetime:
    instant = datetime.datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(datetime.UTC)


# A moment is a date, too, for Django: the order matters.
PARSERS: dict[type[models.Field[Any, Any]], tuple[Callable[[Any], Any], str]] = {
    models.DateTimeField: (_instant, "a moment with its zone"),
    models.DateField: (datetime.date.fromisoformat, "a date (YYYY-MM-DD)"),
    models.TimeField: (datetime.time.fromisoformat, "a time of day"),
    models.DecimalField: (Decimal, "a number written as text"),
    models.UUIDField: (uuid.UUID, "an id"),
}
