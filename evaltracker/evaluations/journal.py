"""The journal: one chained entry per change, and the check that finds tampering.

Each entry's hash is SHA-256 over the previous hash and the length-prefixed canonical
fields (R43). It is tamper-evident, not tamper-proof: somebody who can
rewrite the whole chain is found only by a head that was kept elsewhere.
"""

import datetime
import decimal
import enum
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import override
from structlog.contextvars import get_contextvars

from evaltracker.evaluations.commitments import commitments_of
from evaltracker.evaluations.models import Entry, Evaluation, JournalHead, User
from evaltracker.evaluations.models.evaluation import take_touched

GENESIS = "0" * 64
_PLAIN = frozenset({str, int, bool, type(None)})
CHAINED = (
    "evaluation_id",
    "number",
    "at",
    "actor_id",
    "actor_name",
    "on_behalf_of",
    "action",
    "subject_type",
    "subject_id",
    "subject_label",
    "before",
    "after",
    "reason",
    "request_id",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person who signed in, a vendor by token, or the system."""

    name: str
    user: User | None = None


SYSTEM = Actor(name="evaltracker")
_because: ContextVar[tuple[str, str]] = ContextVar("because", default=("", ""))
type By = User | Actor


def actor_of(by: By) -> Actor:
    """The actor behind `by`; a User stands for themselves, or acts by a token."""
    if isinstance(by, Actor):
        return by
    if by.by_token:
        token = f" by token “{by.by_token}”"
    else:
        token = ""
    return Actor(name=(by.name + token)[:200], user=by)


@contextmanager
def because(reason: str, *, ending: str = "") -> Iterator[None]:
    """Entries that give no reason of their own give this one, such as an undo; every
    reason ends with `ending`."""
    token = _because.set((reason, ending))
    try:
        yield
    finally:
        _because.reset(token)


def as_json_value(value: Any) -> Any:
    """`value` as JSON that reads the same on every database."""
    if type(value) in _PLAIN:
        return value
    match value:
        case enum.Enum() | Promise() | uuid.UUID():
            return str(value)
        case int() | str():
            return value
        case datetime.date() | datetime.time():
            return _as_iso(value)
        case decimal.Decimal():
            return f"{value:f}"  # as str() writes it, but for 4E-10
        case models.Model():
            return f"{value} [{value.pk}]"
        case dict():
            return {str(key): as_json_value(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [as_json_value(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in the journal")


def _as_iso(value: datetime.date | datetime.time) -> str:
    """A date, a time or an instant, which is written in UTC."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return value.isoformat()


def snapshot(row: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The named fields of `row` as they are now, for before and after."""
    return {field: as_json_value(getattr(row, field)) for field in fields}


def record(
    evaluation: Evaluation,
    action: str,
    subject: models.Model,
    by: By,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: str = "",
) -> Entry:
    """Append one entry in the caller's transaction.

    It commits to the rows of its evaluation that the transaction has saved, or says
    that they were removed.

    The row lock on the head orders the writers of one evaluation, so a chain has no
    fork; call it last in a service, so that the lock is held briefly.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    head = JournalHead.objects.select_for_update(no_key=True).get(evaluation=evaluation)
    entry = next_entry(
        head,
        action=action,
        subject=subject,
        by=by,
        before=before,
        after=after,
        reason=reason,
        on_behalf_of=on_behalf_of,
    )
    entry.save(force_insert=True)
    head.save(update_fields=["count", "hash"])
    return entry


def next_entry(
    head: JournalHead,
    *,
    action: str,
    subject: models.Model,
    by: By,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: str = "",
) -> Entry:
    """The entry that follows `head`, and `head` moved on to it; both to be saved.

    For `record`, and for whoever holds the lock on the head and saves them itself.
    Whatever the language of who acts, labels in it are English.
    """
    actor = actor_of(by)
    given, ending = _because.get()
    with override("en"):
        entry = Entry(
            evaluation_id=head.evaluation_id,
            number=head.count + 1,
            at=timezone.now(),
            actor=actor.user,
            actor_name=actor.name,
            on_behalf_of=on_behalf_of,
            action=action,
            subject_type=subject._meta.model_name or "",
            subject_id=str(subject.pk),
            subject_label=str(subject)[:200],
            before=as_json_value(dict(before or {})),
            after=as_json_value(dict(after or {})),
            reason=" – ".join(filter(None, (reason or given, ending))),
            rows=commitments_of(take_touched(head.evaluation_id)),
            request_id=str(get_contextvars().get("request_id", ""))[:64],
            previous_hash=head.hash,
        )
    entry.hash = chained_hash(entry)
    head.count = entry.number
    head.hash = entry.hash
    return entry


def chained_hash(entry: Entry) -> str:
    """The hash that `entry` must carry, from its fields and the previous hash."""
    digest = hashlib.sha256(entry.previous_hash.encode())
    for field in CHAINED:
        value = getattr(entry, field)
        # What changed was made plain when it was written down.
        if field in ("before", "after"):
            value = value
        else:
            value = as_json_value(value)
        text = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    # Entries of older code have none, and their hashes cover none.
    if entry.rows is not None:
        text = entry.rows.encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    return digest.hexdigest()
