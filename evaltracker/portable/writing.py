"""An evaluation as a document, complete or as one person may see it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from django.core.files.storage import default_storage
from django.db import models

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import plain
from evaltracker.evaluations.models import Entry, Evaluation, ImportedHistory, User
from evaltracker.portable import FORMAT, VERSION
from evaltracker.portable.registry import Document, Part, parts
from evaltracker.portable.schema import ENTRY, PERSON
from evaltracker.portable.values import in_order, written

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
    """Writes one evaluation; remembers how rows are named and what they need."""

    def __init__(self, evaluation: Evaluation, reader: User | None) -> None:
        self.evaluation = evaluation
        self.reader = reader
        self.keys: dict[Any, dict[Any, str]] = {User: usernames()}
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

    def part(self, part: Part) -> Any:
        """All rows of one table, in an order that no database decides."""
        rows = part.rows(self.evaluation)
        if self.reader is not None:
            manager: Any = part.model._default_manager
            rows = rows.filter(pk__in=manager.visible_to(self.reader).values("pk"))
            if part.narrow is not None:
                rows = part.narrow(self.reader, rows)
        columns = [field.attname for field in part.fields]
        extra = ["pk", *(part.stored or ())[:1]]
        found = rows.order_by().values(*{*columns, *extra})
        made = [self.row(part, values) for values in found]
        if part.model is Evaluation:
            return made[0] | {"readers": self.readers()}
        made.sort(key=lambda row: sort_key(row, part))
        return made

    def row(self, part: Part, values: dict[str, Any]) -> dict[str, Any]:
        """One row by the names of its columns."""
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
        """One value; a reference as the key of what it points to."""
        if not isinstance(field, models.ForeignKey):
            return written(field, value)
        if value is None:
            return None
        name = self.keys.get(field.related_model, {}).get(value, str(value))
        if field.related_model is User:
            self.people.add(name)
        return name

    def readers(self) -> list[str]:
        """The usernames of all who may see it."""
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
            actor = actors[number - 1] if number <= len(actors) else values["actor_id"]
            told = values | {"actor": actor}
            row = {name: written_entry(name, told[name]) for name in ENTRY}
            if row["subject_type"] in shut:
                row |= {"before": None, "after": None, "reason": None}
            yield row


def written_entry(name: str, value: Any) -> Any:
    """A value of a journal entry as JSON."""
    if name in ("before", "after"):
        return in_order(value)
    return plain(value)


def sort_key(row: dict[str, Any], part: Part) -> list[tuple[bool, Any]]:
    """Where a row stands: blanks first, the key decides between equals."""
    return [(row[name] is not None, row[name]) for name in (*part.order, part.key)]


def usernames() -> dict[Any, str]:
    """Everybody's, by the number of their login."""
    return dict(User.objects.values_list("pk", "username"))


def people_named(names: Iterable[str]) -> Iterable[dict[str, str]]:
    """Who is named in it."""
    found = User.objects.filter(username__in=list(names)).values(*PERSON)
    return sorted(found, key=lambda row: str(row["username"]))


def contents(stored: dict[str, str]) -> Iterable[tuple[str, str]]:
    """The files that people handed in, each once."""
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
