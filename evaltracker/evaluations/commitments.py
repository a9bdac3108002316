"""Salted hashes by which a journal entry commits to the rows that it tells of.

One line for each row: its table and the version of its columns, its key, SHA-256 over
its columns, and the beginning of a digest of each, which names a column that was
changed; these are left out where one entry tells of many rows. Every digest begins with
the row's salt, so that nobody who reads the journal can try out prices or scores. A row
that was removed is a line with “-”.

The first line says the form in which the entry is hashed and these lines are written;
without it, it is the first. To versions that know of no form, the line is a row that
was removed. What a newer version wrote can be neither confirmed nor contradicted.
"""

import datetime
import decimal
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, cast

from django.apps import apps
from django.db import models

from evaltracker.evaluations.models import CommittedRecord
from evaltracker.evaluations.models.evaluation import (
    MOST_KEYS,
    REMOVED,
    Saved,
    SealedRecord,
    TouchedRow,
    columns,
    versions,
)

UNSAID = "-"
FORM = 1
_FORM = re.compile(r"form/([0-9]{1,4}) - - -(?:\n|$)")
# Of more rows no column is named: hashing each would slow batches of claims down.
MOST_BY_COLUMN = 20
# Hexadecimal digits of each column's digest: enough to name it, not to prove it.
SHORT = 6

type Field = models.Field[Any, Any]
# A table by its label, and the key of a row.
type Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Commitment:
    """What an entry says of one row; a row that was removed has no digest."""

    version: int
    digest: str
    columns: str

    @property
    def is_removal(self) -> bool:
        return self.digest == UNSAID


def committed_models() -> list[type[CommittedRecord]]:
    """Every table that the journal commits to, by label."""
    return sorted(
        (row for row in apps.get_models() if issubclass(row, CommittedRecord)),
        key=lambda row: row._meta.label_lower,
    )


def commitments_of(touched: Mapping[TouchedRow, Saved]) -> str:
    """What an entry commits to, its lines in the order of table and key."""
    rows = dict(touched)
    again: dict[type[CommittedRecord], list[Any]] = {}
    for (model, key), saved in rows.items():
        if saved is None:
            again.setdefault(model, []).append(key)
    for model, keys in again.items():
        # What is no longer there was removed.
        rows |= dict.fromkeys([(model, key) for key in keys], REMOVED)
        for start in range(0, len(keys), MOST_KEYS):
            for key, *values in read_columns(model, keys[start : start + MOST_KEYS]):
                rows[model, key] = values
    by_column = sum(map(bool, rows.values())) <= MOST_BY_COLUMN
    lines = []
    for (model, key), saved in rows.items():
        version = max(versions(model))
        digests = f"{UNSAID} {UNSAID}"
        if saved:
            salt, *values = saved
            made = commitment_to(model, version, key, salt, values, by_column=by_column)
            digests = f"{made.digest} {made.columns}"
        lines.append(f"{model._meta.label_lower}/{version} {key} {digests}")
    return "\n".join([f"form/{FORM} - - -", *sorted(lines)])


def read_columns(
    model: type[CommittedRecord], keys: Sequence[Any]
) -> Iterable[tuple[Any, ...]]:
    """Key, salt and columns that count of rows, as they are saved."""
    names = [name for name, _ in columns(model)]
    salted = issubclass(model, SealedRecord)
    rows = model._base_manager.filter(pk__in=keys)
    for key, *values in rows.values_list("pk", *(["salt"] if salted else []), *names):
        yield (key, *([] if salted else [None]), *values)


def is_newer(text: str | None) -> bool:
    """Whether an entry that commits to `text` is hashed in a form unknown here."""
    match = _FORM.match(text or "")
    return match is not None and int(match[1]) > FORM


def read_commitments(text: str) -> Iterator[tuple[Key, Commitment]]:
    for line in _FORM.sub("", text, count=1).splitlines():
        table, key, digest, shorts = line.split(" ")
        label, _, version = table.partition("/")
        yield (label, key), Commitment(int(version), digest, shorts)


def commitment_to(
    model: type[CommittedRecord],
    version: int,
    key: object,
    salt: str | None,
    values: Sequence[Any],
    *,
    by_column: bool = True,
) -> Commitment:
    start = f"{salt or ''}\n{model._meta.label_lower}/{version}\n{key}\n"
    texts = []
    for (name, field), value in zip(columns(model, version), values, strict=True):
        text = canonical(field, value)
        texts.append(f"{name}\n{len(text)}\n{text}\n")
    digest = sha256(f"{start}row\n{''.join(texts)}".encode()).hexdigest()
    shorts = UNSAID
    if by_column:
        before = sha256(f"{start}column\n".encode())
        shorts = "".join(short_digest(before, text) for text in texts)
    return Commitment(version, digest, shorts)


def short_digest(before: Any, text: str) -> str:
    digest = before.copy()
    digest.update(text.encode())
    return str(digest.hexdigest()[:SHORT])


def changed_column(
    model: type[CommittedRecord], recorded: Commitment, there: Commitment
) -> str:
    """The column whose digest differs; “salt” if every one does."""
    if recorded.columns == UNSAID:
        return "a column that an entry of many rows does not name"
    names = versions(model)[recorded.version]
    differing = [
        name
        for at, name in enumerate(names)
        if recorded.columns[at * SHORT : (at + 1) * SHORT]
        != there.columns[at * SHORT : (at + 1) * SHORT]
    ]
    if len(differing) == len(names) > 1:
        return "salt"
    return ", ".join(differing) or "a column that cannot be told"


def canonical(field: Field, value: Any) -> str:
    """`value` as text that is the same before it is written and after it is read."""
    kind = type(value)
    column = cast("Any", type(field))
    if value is None:
        return "null"
    if kind is str and is_text(column):
        return f"={value}"
    if kind is uuid.UUID or kind is bool or (kind is int and is_whole(column)):
        return str(value)
    if isinstance(field, models.JSONField):
        return json.dumps(plain_json(value), sort_keys=True, ensure_ascii=False)
    return text_of(field, field.to_python(value))


@cache
def is_text(kind: Any) -> bool:
    """Whether values of such a column are text as they are."""
    return not issubclass(kind, NOT_TEXT)


@cache
def is_whole(kind: Any) -> bool:
    """Whether values of such a column are whole numbers."""
    return issubclass(kind, models.IntegerField)


NOT_TEXT = (
    models.JSONField,
    models.DecimalField,
    models.DateField,
    models.UUIDField,
    models.IntegerField,
    models.BooleanField,
    models.GenericIPAddressField,
)


def text_of(field: Field, value: Any) -> str:
    """A value of its column's own type as text."""
    match value:
        case decimal.Decimal():
            return number_of(field, value)
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        case datetime.date():
            return value.isoformat()
        case bool() | int() | uuid.UUID():
            return str(value)
    return f"={value}"


def number_of(field: Field, value: decimal.Decimal) -> str:
    """With all decimals of its column, or with those that it has and a few at least."""
    places = getattr(field, "decimal_places", 0)
    least = getattr(field, "least_places", places)
    text = f"{value:.{places}f}"
    if least < places:
        further = text[len(text) - places + least :].rstrip("0")
    else:
        further = ""
    if places:
        return text[: len(text) - places + least] + further
    return text


def plain_json(value: Any) -> Any:
    """JSON as the database gives it back: keys are text, and tuples are lists."""
    match value:
        case dict():
            return {str(key): plain_json(item) for key, item in value.items()}
        case list() | tuple():
            return [plain_json(item) for item in value]
    return value
