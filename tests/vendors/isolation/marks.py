"""A mark in every text of every row, by which a leak is seen wherever it comes out.

What a vendor may read of its own carries the mark of that vendor, what only people of
the buyer may read carries `HOUSE`. The wall's allow-list says which is which, so a new
column is marked as the house's until somebody grants it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models

from vendors.isolation.access import ACCESS

HOUSE = "mark-house"
# Days by whose they are, as everybody writes them: of a vendor what it states of one
# requirement, which no other number contains; of the house what it noted, what a trial
# took, and the sums over what vendors state.
STATED = {"Acme": "671.5", "Globex": "673.5", "Initech": "675.5"}
MORE, NOTED_DAYS, TOOK = "40", "616.5", "515.5"
# Read by code as a zone, a digest or a stored file's name; no words of anybody.
CODED = {
    *("zone", "time_zone", "digest", "sha256", "stored_as", "kind", "password"),
    *("hash", "previous_hash", "currency", "route", "body_sha256", "content_type"),
    *("body", "file", "source_url", "username", "ref", "message_id"),
    "browser_digest",
    # Of an effort, words of the product.
    *("how", "by"),
    # Blank unless the demo was called off.
    "called_off_because",
}


def mark_of(vendor: str) -> str:
    """The mark of a vendor; every text that it owns holds it."""
    return f"mark-{vendor.lower()}"


def days_of(own: str) -> tuple[str, ...]:
    """The days beside a mark."""
    if own == HOUSE:
        sums = [str(Decimal(days) + Decimal(MORE)) for days in STATED.values()]
        return (NOTED_DAYS, TOOK, *sums)
    return tuple(days for name, days in STATED.items() if mark_of(name) == own)


def mark(rows: Iterable[models.Model], own: str) -> None:
    """Write `own`, or the house's mark, into every text of these rows."""
    for row in rows:
        access = ACCESS.get(row._meta.db_table)
        for field in row._meta.concrete_fields:
            readable = (
                access is not None
                and bool(access.rows)
                and (not access.shown or field.column in access.shown)
            )
            text = words(field, own if readable else HOUSE, str(row.pk)[:8])
            if text is not None:
                type(row)._base_manager.filter(pk=row.pk).update(**{field.name: text})


def words(field: models.Field[Any, Any], text: str, row: str) -> object:
    """A value with the mark, as the field takes it; None for what holds no words."""
    if field.name in CODED or field.choices:
        return None
    match field:
        case models.URLField():
            return f"https://{text}.example/{field.name}"
        case models.EmailField():
            return f"{field.name}-{row}@{text}.example"
        case models.SlugField():
            return f"{text}-{row}"
        case models.CharField() | models.TextField():
            return f"{text} {field.name} {row}"[: field.max_length or 200]
        case models.JSONField() if field.name in ("environments", "aliases"):
            return [f"{text} {field.name}"]
    return None


def marks_in(heard: bytes, *marks: str) -> list[str]:
    """Those of `marks`, and of the days beside them, that are in an answer, in whatever
    case."""
    lowered = heard.lower()
    texts = (text for mark in marks for text in (mark, *days_of(mark)))
    return [text for text in texts if text.encode() in lowered]
