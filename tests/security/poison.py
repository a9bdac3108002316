"""Writing hostile text into every row, past all checks of what comes in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from django.apps import apps
from django.db import connection, models

from tests.as_application import ownership
from tests.vendors.isolation.marks import CODED
from tests.vendors.isolation.rows import OURS

# Read by code, or a part of an address.
KEPT = {*CODED, "slug", "email", "action", "subject_type", "subject_id", "stage"}
KEPT |= {"zone", "printed_role", "offset", "occurrence", "prefix", "availability"}
KEPT |= {"subdivision", "act", "target_id"}
LISTS = ("environments", "aliases")


def poison(payloads: Sequence[str]) -> int:
    """Put them into every text of every row, in turn; how many texts that were.

    Triggers that keep rows as they are stand aside; only an owner of the database can
    do that.
    """
    turn, count = cycle(payloads), 0
    with ownership(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in apps.get_models():
            if model._meta.app_label in OURS:
                for row in model._base_manager.order_by("pk"):
                    count += _poison(row, turn, payloads)
        cursor.execute("SET session_replication_role = DEFAULT")
    return count


def _poison(row: models.Model, turn: Any, payloads: Sequence[str]) -> int:
    texts = {}
    for field in row._meta.concrete_fields:
        if field.name in KEPT or field.choices or not getattr(row, field.attname):
            continue
        # Names have to stay different from each other.
        name = str(row.pk)[:8]
        text = _text(field, getattr(row, field.attname), name, turn, payloads)
        if text is not None:
            texts[field.attname] = text
    if texts:
        type(row)._base_manager.filter(pk=row.pk).update(**texts)
    return len(texts)


def _text(
    field: models.Field[Any, Any],
    old: Any,
    name: str,
    turn: Any,
    payloads: Sequence[str],
) -> object:
    match field:
        case models.URLField():
            return f"https://safe.example/{next(turn)}"[: field.max_length]
        case models.CharField():
            most = (field.max_length or 200) - len(name) - 1
            said = f"{next(turn)} {next(turn)}"[:most]
            return f"{said} {name}" if most > 9 else None
        case models.TextField():
            return f"{old}\n" + "\n\n".join(payloads)
        case models.JSONField() if field.name in LISTS:
            return [next(turn)[:60]]
        case models.JSONField() if field.name in ("before", "after"):
            return {"statement": "\n".join(payloads), next(turn): next(turn)}
        case models.JSONField() if isinstance(old, dict) and "text" in old:
            return {**old, "text": f"{old['text']}\n\n" + "\n\n".join(payloads)}
    return None
