"""The JSON Schema of the file, made of the tables that travel."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.portable import FORMAT, VERSION
from evaltracker.portable.registry import Part, part_of, parts

type Schema = dict[str, Any]

SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
USERNAME = {"type": "string", "minLength": 1, "maxLength": 150}
PATTERNS: dict[type[models.Field[Any, Any]], str] = {
    models.DateTimeField: (
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
    ),
    models.DateField: r"^\d{4}-\d\d-\d\d$",
    models.TimeField: r"^\d\d:\d\d(:\d\d(\.\d{1,6})?)?$",
    models.DecimalField: r"^-?\d{1,20}(\.\d{1,20})?$",
    models.UUIDField: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
}
TOP = {models.PositiveSmallIntegerField: 32767, models.IntegerField: 2147483647}
ENTRY: Schema = {
    "number": {"type": "integer", "minimum": 1},
    "at": {"type": "string", "pattern": PATTERNS[models.DateTimeField]},
    "actor": {
        "type": ["integer", "null"],
        "description": "The number of the actor's login where it was written; hashed.",
    },
    "actor_name": {"type": "string", "maxLength": 200},
    "on_behalf_of": {"type": "string", "maxLength": 200},
    "action": {"type": "string", "maxLength": 60},
    "subject_type": {"type": "string", "maxLength": 60},
    "subject_id": {"type": "string", "maxLength": 60},
    "subject_label": {"type": "string", "maxLength": 200},
    "before": {"type": ["object", "null"], "description": "Null: sealed."},
    "after": {"type": ["object", "null"], "description": "Null: sealed."},
    "reason": {"type": ["string", "null"], "description": "Null: sealed."},
    "rows": {
        "type": ["string", "null"],
        "description": "What it commits to of rows. Null: nothing, it is of before.",
    },
    "request_id": {"type": "string", "maxLength": 64},
    "previous_hash": SHA256,
    "hash": SHA256,
}
PERSON: Schema = {
    "username": USERNAME,
    "first_name": {"type": "string", "maxLength": 150},
    "last_name": {"type": "string", "maxLength": 150},
    "email": {"type": "string", "maxLength": 254},
}


def schema() -> Schema:
    """The whole, as docs/export.schema.json holds it."""
    every = {part.name: of_part(part) for part in parts()}
    first: Schema = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "complete": {
            "type": "boolean",
            "description": "False: something was sealed from whoever exported it.",
        },
        "left_out": {"type": "array", "items": {"enum": sorted(every)}},
        "people": {"type": "array", "items": closed(PERSON, list(PERSON))},
    }
    last: Schema = {
        "journal": {
            "type": "array",
            "items": closed(ENTRY, [name for name in ENTRY if name != "rows"]),
        },
        "files": {
            "type": "object",
            "description": "Base64 by SHA-256.",
            "propertyNames": SHA256,
            "additionalProperties": {"type": "string"},
        },
    }
    whole = {**first, **every, **last}
    optional = {part.name for part in parts() if part.optional}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT}:{VERSION}",
        "title": "An evaluation of evaltracker, as a whole",
        **closed(whole, [name for name in whole if name not in optional]),
    }


def of_part(part: Part) -> Schema:
    """A list of rows; the evaluation itself is one row."""
    fields = {
        field.name: of_field(field)
        for field in part.fields
        if field.related_model is not Evaluation
    }
    required = [
        field.name for field in part.fields if field.name in fields and needed(field)
    ]
    if part.model is Evaluation:
        fields["readers"] = {
            "type": "array",
            "items": USERNAME,
            "description": "Who may see it, by username in “people”.",
        }
        return closed(fields, [*required, "readers"])
    return {"type": "array", "items": closed(fields, required)}


def needed(field: models.Field[Any, Any]) -> bool:
    """Whether a file has to say it: what has a default may be left out."""
    return field.primary_key or not (field.null or field.has_default() or field.blank)


def closed(fields: Schema, required: list[str]) -> Schema:
    """An object of exactly these fields."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": fields,
    }


def of_field(field: models.Field[Any, Any]) -> Schema:
    """What one column looks like."""
    found = shape(field)
    if field.null:
        found["type"] = [found.get("type", "string"), "null"]
        if "enum" in found:
            found["enum"].append(None)
    if text := str(field.help_text):
        found.setdefault("description", text)
    return found


def shape(field: models.Field[Any, Any]) -> Schema:
    """The type of a column, and its bounds."""
    if isinstance(field, models.ForeignKey):
        return reference(field.related_model)
    if isinstance(field, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, models.IntegerField):
        return whole_number(field)
    if isinstance(field, models.JSONField):
        return {"type": "array" if isinstance(field.get_default(), list) else "object"}
    for kind, pattern in PATTERNS.items():
        if isinstance(field, kind):
            return {"type": "string", "pattern": pattern}
    if field.choices:
        values = [str(value) for value, _ in field.flatchoices]
        blank = [""] if field.blank and "" not in values else []
        return {"type": "string", "enum": [*values, *blank]}
    limit = {"maxLength": field.max_length} if field.max_length else {}
    return {"type": "string", **limit}


def reference(model: Any) -> Schema:
    """A row of another part, by its key."""
    if model is User:
        return {"type": "string", "description": "A username in “people”."}
    part = part_of(model)
    return {"type": "string", "description": f"A “{part.key}” in “{part.name}”."}


def whole_number(field: Any) -> Schema:
    """An integer between what the column and its rules allow."""
    low, high = -TOP[models.IntegerField], TOP[models.IntegerField]
    if isinstance(
        field, models.PositiveIntegerField | models.PositiveSmallIntegerField
    ):
        low = 0
    if isinstance(field, models.PositiveSmallIntegerField):
        high = TOP[models.PositiveSmallIntegerField]
    for rule in field._validators:
        if isinstance(rule, MaxValueValidator):
            high = min(high, rule.limit_value)
        elif isinstance(rule, MinValueValidator):
            low = max(low, rule.limit_value)
    return {"type": "integer", "minimum": low, "maximum": high}
