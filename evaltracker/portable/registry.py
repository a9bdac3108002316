"""Which tables travel with an evaluation that leaves as a file, and which do not.

Each floor names its own in its `portable.py`. A table that is neither a part nor left
out for a reason fails a test, so a new one cannot be forgotten.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from django.apps import apps
from django.db import models

from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.files import AcceptedFile, read_file
from evaltracker.toolbox.registry import NotRegistered, Registry

# Floors from the lowest; a part may point to parts before it and to itself.
FLOORS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")

type Document = dict[str, Any]
# What does not fit in a document that has the right shape: JSON pointer and sentence.
type Check = Callable[[Document], Iterator[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortableTable:
    """One table that travels: every column of it but those in `without`."""

    name: str
    model: type[models.Model]
    # Columns that order the rows in the file, before their key.
    order: tuple[str, ...] = ()
    # What other parts name a row by.
    key: str = "id"
    # Columns that stay, each with its reason.
    without: Mapping[str, str] = field(default_factory=dict)
    # Whether a file may lack it: those of before the table do, and have no rows.
    optional: bool = False
    # For a row with a stored file: the column of its place, and that of its SHA-256.
    stored: tuple[str, str] | None = None
    # Brings rows of it in a document of before into the shape that they have now.
    before: Callable[[Document], None] | None = None
    # How such a file is looked at when it comes in, by its content and its name.
    takes: Callable[[IO[bytes], str], AcceptedFile] = read_file
    # Whether rows of it are sealed from somebody at this moment.
    sealed: Callable[[User, Evaluation], bool] | None = None
    # Rows of a table that belongs to no single evaluation: those that it needs.
    shared: Callable[[Evaluation], models.QuerySet[Any]] | None = None
    # Given the rows that a file has of such a table: those that are already stored
    # here, by their key.
    known: Callable[[list[dict[str, Any]]], dict[str, Any]] | None = None
    # Which of the rows that a person may see go into their export; default: all.
    narrow: Callable[[User, models.QuerySet[Any]], models.QuerySet[Any]] | None = None

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        return [
            field
            for field in self.model._meta.concrete_fields
            if field.name not in self.without
            and field.name not in (self.stored or ())[:1]
        ]

    def rows(self, evaluation: Evaluation) -> models.QuerySet[Any]:
        if self.shared is not None:
            return self.shared(evaluation)
        manager: Any = self.model._default_manager
        path = getattr(self.model, "evaluation_path", "") or "pk"
        rows: models.QuerySet[Any] = manager.filter(**{path: evaluation.pk})
        return rows


# Each table's part, or the reason why it does not travel.
TABLES: Registry[type[models.Model], PortableTable | str] = Registry("table")
leave_out = TABLES.register
# Asked before anything is written.
CHECKS: Registry[Check, Check] = Registry("check of a document")


def register_part(part: PortableTable) -> None:
    TABLES.register(part.model, part)


def parts() -> list[PortableTable]:
    return sorted(
        (part for part in TABLES.values() if isinstance(part, PortableTable)),
        key=lambda part: FLOORS.index(part.model._meta.app_label),
    )


def left_out() -> dict[type[models.Model], str]:
    """By table that does not travel, the reason."""
    return {model: why for model, why in TABLES.items() if isinstance(why, str)}


def part_of(model: type[models.Model]) -> PortableTable:
    part = TABLES[model]
    if isinstance(part, str):
        raise NotRegistered("part", model, parts())
    return part


def own_models() -> list[type[models.Model]]:
    return [
        model for label in FLOORS for model in apps.get_app_config(label).get_models()
    ]


# One value of a column as JSON, and back.
#
# Decimals are strings, instants hold their zone, references name the row by its key.


def in_order(value: Any) -> Any:
    """`value` with the keys of every object sorted: databases keep them differently."""
    match value:
        case dict():
            return {key: in_order(value[key]) for key in sorted(value)}
        case list():
            return [in_order(item) for item in value]
    return value


def written(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return in_order(value)
    return as_json_value(value)


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
