"""Rows of our tables from a document; nothing is written here."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.portable.reading import invalid, pointer_to
from evaltracker.portable.registry import Document, Part, parts, read
from evaltracker.portable.writing import reference
from evaltracker.toolbox.files import AcceptedFile

# Clocks differ a little; what happened cannot have happened tomorrow.
SKEW = datetime.timedelta(minutes=5)
type Wrong = tuple[str, str]


class Builder:
    """Makes the rows of one document, and gathers what is wrong with them.

    `people` are the logins by the names of the file, `known` the rows that are here
    already, by table and key.
    """

    def __init__(
        self,
        document: Document,
        people: dict[str, User],
        known: dict[Any, dict[str, models.Model]],
    ) -> None:
        self.document = document
        self.people = people
        self.known = known
        self.wrong: list[Wrong] = []
        self.latest = timezone.now() + SKEW
        self.keys: dict[Any, dict[str, Any]] = {
            part.model: self.keys_of(part) for part in parts()
        }

    def keys_of(self, part: Part) -> dict[str, Any]:
        """What rows of a part are named by in the file, with their id here."""
        if part.model is Evaluation:
            return {}
        here = self.known.get(part.model, {})
        found: dict[str, Any] = {}
        for at, row in enumerate(self.document[part.name]):
            key = row[part.key]
            if key in found:
                self.wrong.append(
                    (pointer_to([part.name, at, part.key]), "It stands twice.")
                )
            found[key] = here[key].pk if key in here else key
        return found

    def evaluation(self, slug: str) -> Evaluation:
        """The evaluation itself, under `slug`."""
        part = next(part for part in parts() if part.model is Evaluation)
        told = {**self.document[part.name], "slug": slug}
        return self.row(part, told, [part.name])  # type: ignore[return-value]

    def rows(self, part: Part, evaluation: Evaluation) -> list[models.Model]:
        """The rows of a part that are not here already."""
        here = self.known.get(part.model, {})
        made = []
        for at, told in enumerate(self.document[part.name]):
            if told[part.key] in here:
                continue
            row = self.row(part, told, [part.name, at], evaluation)
            if part.key != "id":
                self.keys[part.model][told[part.key]] = row.pk
            made.append(row)
        return made

    def row(
        self,
        part: Part,
        told: dict[str, Any],
        path: list[Any],
        evaluation: Evaluation | None = None,
    ) -> models.Model:
        """One row, its fields validated as everybody's are."""
        values: dict[str, Any] = {}
        references = set()
        for field in part.fields:
            if field.related_model is Evaluation:
                values[field.attname] = evaluation.pk if evaluation else None
                references.add(field.name)
            elif field.name in told:
                where = [*path, field.name]
                if isinstance(field, models.ForeignKey):
                    references.add(field.name)
                values[field.attname] = self.value(field, told[field.name], where)
        row = part.model(**values)
        unsaid = {*part.without, *(part.stored or ())[:1]}
        for name, sentence in misfits(row, references | unsaid):
            self.wrong.append((pointer_to([*path, name]), sentence))
        return row

    def value(self, field: models.Field[Any, Any], told: Any, path: list[Any]) -> Any:
        """One value; a reference becomes the id of the row that it names."""
        if isinstance(field, models.ForeignKey):
            if told is None:
                return None
            target = field.related_model
            named = self.people if target is User else self.keys[target]
            if told in named:
                found = named[told]
                return found.pk if isinstance(found, User) else found
            what = reference(target)["description"].rstrip(".").lower()
            sentence = f"“{told[:60]}” is not {what} of this file."
            self.wrong.append((pointer_to(path), sentence))
            return None
        try:
            value = read(field, told)
        except ValueError as error:
            self.wrong.append((pointer_to(path), str(error)))
            return field.get_default()
        past = isinstance(value, datetime.datetime) and field.name not in COMING
        if past and value > self.latest:
            self.wrong.append((pointer_to(path), "It has not come yet."))
        return value

    def refuse(self) -> None:
        """Raise what is wrong so far, if anything is."""
        if self.wrong:
            raise invalid(self.wrong[:20])


# Moments that may well lie ahead; all others tell of what happened.
COMING = frozenset(
    {"claims_close_at", "due_at", "notes_until", "reply_until", "scheduled_for"}
)


def misfits(row: models.Model, leave: set[str]) -> Iterator[Wrong]:
    """What the rules of a row's own fields say against it."""
    try:
        row.clean_fields(exclude=leave)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            yield name, sentences[0]


def handed_in(document: Document) -> dict[str, AcceptedFile]:
    """The files of a document, each looked at as if somebody handed it in now.

    Raises:
        Invalid: one is missing, altered, or of a type that is not taken.

    """
    found = {}
    for part in parts():
        if part.stored is None:
            continue
        names = [name for name in ("name", "file_name") if has(part, name)]
        for at, row in enumerate(document[part.name]):
            sha256 = row.get(part.stored[1], "")
            if sha256 and sha256 not in found:
                where = pointer_to([part.name, at, part.stored[1]])
                found[sha256] = accepted(document, part, sha256, row[names[0]], where)
    if spare := document["files"].keys() - found.keys():
        raise invalid([(pointer_to(["files", min(spare)]), "Nothing names this file.")])
    return found


def accepted(
    document: Document, part: Part, sha256: str, name: str, where: str
) -> AcceptedFile:
    """One file by its digest."""
    try:
        content = base64.b64decode(document["files"][sha256], validate=True)
    except KeyError:
        raise invalid([(where, "Its file is not in “files”.")]) from None
    except binascii.Error:
        raise invalid([(f"/files/{sha256}", "It is not base64.")]) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise invalid([(f"/files/{sha256}", "Its SHA-256 is another.")])
    try:
        return part.takes(io.BytesIO(content), name)
    except Invalid as error:
        raise invalid([(f"/files/{sha256}", error.sentence)]) from error


def has(part: Part, name: str) -> bool:
    """Whether a part has a column of that name."""
    return any(field.name == name for field in part.fields)
