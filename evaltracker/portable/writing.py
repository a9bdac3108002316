"""The JSON Schema of the file, made of the tables that travel."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import as_json_value
from evaltracker.evaluations.models import Entry, Evaluation, ImportedHistory, User
from evaltracker.portable import FORMAT, VERSION
from evaltracker.portable.registry import (
    Document,
    PortableTable,
    in_order,
    part_of,
    parts,
    written,
)

type Schema = dict[str, Any]

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
# Of an entry of the journal and of a person the fields, in the order of the file.
FIELDS: Schema = json.loads(
    Path(__file__).with_name("fields.json").read_text(encoding="utf-8")
)
ENTRY = FIELDS["entry"]
PERSON = FIELDS["person"]
ENTRY["at"]["pattern"] = PATTERNS[models.DateTimeField]
USERNAME = PERSON["username"]


def schema() -> Schema:
    every = {part.name: of_part(part) for part in parts()}
    first: Schema = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "complete": FIELDS["complete"],
        "left_out": {"type": "array", "items": {"enum": sorted(every)}},
        "people": {"type": "array", "items": closed(PERSON, list(PERSON))},
    }
    last: Schema = {
        "journal": {
            "type": "array",
            "items": closed(ENTRY, [name for name in ENTRY if name != "rows"]),
        },
        "files": FIELDS["files"],
    }
    whole = {**first, **every, **last}
    optional = {part.name for part in parts() if part.optional}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT}:{VERSION}",
        "title": "An evaluation of evaltracker, as a whole",
        **closed(whole, [name for name in whole if name not in optional]),
    }


def of_part(part: PortableTable) -> Schema:
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
    return field.primary_key or not (field.null or field.has_default() or field.blank)


def closed(fields: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": fields,
    }


def of_field(field: models.Field[Any, Any]) -> Schema:
    schema = shape(field)
    if field.null:
        schema["type"] = [schema.get("type", "string"), "null"]
        if "enum" in schema:
            schema["enum"].append(None)
    if text := str(field.help_text):
        schema.setdefault("description", text)
    return schema


def shape(field: models.Field[Any, Any]) -> Schema:
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
        if field.blank and "" not in values:
            blank = [""]
        else:
            blank = []
        return {"type": "string", "enum": [*values, *blank]}
    if field.max_length:
        limit = {"maxLength": field.max_length}
    else:
        limit = {}
    return {"type": "string", **limit}


def reference(model: Any) -> Schema:
    if model is User:
        return {"type": "string", "description": "A username in “people”."}
    part = part_of(model)
    return {"type": "string", "description": f"A “{part.key}” in “{part.name}”."}


def whole_number(field: Any) -> Schema:
    low = -TOP[models.IntegerField]
    high = TOP[models.IntegerField]
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


LARGEST = 256 * 1024 * 1024


def as_bytes(document: Document) -> bytes:
    """The file: the same document gives the same bytes."""
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode()


def document_of(evaluation: Evaluation, reader: User | None = None) -> Document:
    """All of it; with a `reader` what is sealed from them is left out, and named.

    Raises:
        Refused: a file that somebody handed in is missing, or all are too much.
    """
    return Writer(evaluation, reader).document()


class Writer:
    def __init__(self, evaluation: Evaluation, reader: User | None) -> None:
        self.evaluation = evaluation
        self.reader = reader
        usernames = dict(User.objects.values_list("pk", "username"))
        self.keys: dict[Any, dict[Any, str]] = {User: usernames}
        self.people: set[str] = set()
        self.stored: dict[str, str] = {}
        self.left_out = [
            part
            for part in parts()
            if reader and part.sealed and part.sealed(reader, evaluation)
        ]

    def document(self) -> Document:
        written_parts = {part.name: self.part(part) for part in parts()}
        history = list(self.journal())
        return {
            "format": FORMAT,
            "version": VERSION,
            "complete": not self.left_out,
            "left_out": sorted(part.name for part in self.left_out),
            "people": list(people_named(self.people)),
            **written_parts,
            "journal": history,
            "files": dict(contents(self.stored)),
        }

    def part(self, part: PortableTable) -> Any:
        """All rows of one table, in an order that no database decides."""
        rows = part.rows(self.evaluation)
        if self.reader is not None:
            manager: Any = part.model._default_manager
            rows = rows.filter(pk__in=manager.visible_to(self.reader).values("pk"))
            if part.narrow is not None:
                rows = part.narrow(self.reader, rows)
        columns = [field.attname for field in part.fields]
        extra = ["pk", *(part.stored or ())[:1]]
        stored = rows.order_by().values(*{*columns, *extra})
        made = [self.row(part, values) for values in stored]
        if part.model is Evaluation:
            return made[0] | {"readers": self.readers()}
        made.sort(key=lambda row: sort_key(row, part))
        return made

    def row(self, part: PortableTable, values: dict[str, Any]) -> dict[str, Any]:
        row = {
            field.name: self.value(field, values[field.attname])
            for field in part.fields
            if field.related_model is not Evaluation
        }
        if part.key != "id":
            self.keys.setdefault(part.model, {})[values["pk"]] = row[part.key]
        if part.stored and values[part.stored[0]]:
            self.stored[row[part.stored[1]]] = values[part.stored[0]]
        return row

    def value(self, field: models.Field[Any, Any], value: Any) -> Any:
        if not isinstance(field, models.ForeignKey):
            return written(field, value)
        if value is None:
            return None
        name = self.keys.get(field.related_model, {}).get(value, str(value))
        if field.related_model is User:
            self.people.add(name)
        return name

    def readers(self) -> list[str]:
        rows = self.evaluation.readers.order_by().values_list("username", flat=True)
        self.people.update(rows)
        return sorted(rows)

    def journal(self) -> Iterable[dict[str, Any]]:
        """Every entry; what changed is withheld where it is sealed."""
        history = ImportedHistory.objects.filter(evaluation=self.evaluation).first()
        actors = history.actors if history else []
        shut = {part.model._meta.model_name for part in self.left_out}
        names = [name for name in ENTRY if name != "actor"]
        rows = Entry.objects.filter(evaluation=self.evaluation).order_by("number")
        for values in rows.values("actor_id", *names):
            number = values["number"]
            if number <= len(actors):
                actor = actors[number - 1]
            else:
                actor = values["actor_id"]
            entry = values | {"actor": actor}
            row = {name: as_json_value(entry[name]) for name in ENTRY}
            row |= {name: in_order(entry[name]) for name in ("before", "after")}
            if row["subject_type"] in shut:
                row |= {"before": None, "after": None, "reason": None}
            yield row


def sort_key(row: dict[str, Any], part: PortableTable) -> list[tuple[bool, Any]]:
    return [(row[name] is not None, row[name]) for name in (*part.order, part.key)]


def people_named(names: Iterable[str]) -> Iterable[dict[str, str]]:
    people = User.objects.filter(username__in=list(names)).values(*PERSON)
    return sorted(people, key=lambda row: str(row["username"]))


def contents(stored: dict[str, str]) -> Iterable[tuple[str, str]]:
    size = 0
    for sha256, name in sorted(stored.items()):
        try:
            with default_storage.open(name, "rb") as file:
                content = file.read()
        except FileNotFoundError as error:
            raise Refused(
                f"The file with the SHA-256 {sha256[:8]}… is missing where files are "
                "kept. Put it back from the backup, then export again."
            ) from error
        size += len(content)
        if size > LARGEST // 2:
            raise Refused(
                f"The files of this evaluation are over {LARGEST // 2**21} MB "
                "together, more than an export holds."
            )
        yield sha256, base64.b64encode(content).decode()
