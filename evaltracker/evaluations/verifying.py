"""Whether a journal holds, from its first entry or from one that was kept elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from evaltracker.evaluations.account_log import misfit
from evaltracker.evaluations.commitments import is_newer
from evaltracker.evaluations.journal import GENESIS, chained_hash
from evaltracker.evaluations.models import (
    Entry,
    Evaluation,
    ImportedHistory,
    JournalHead,
)

# The number of an entry and its hash, which may be cut short.
type Anchor = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold, and what is wrong there."""

    number: int
    sentence: str
    # An entry that cannot be judged here: no contradiction.
    is_newer: bool = False


def find_break(
    evaluation: Evaluation,
    *,
    since: Anchor | None = None,
    read: Callable[[Entry], object] = lambda entry: None,
) -> Break | None:
    """The first altered, missing or reordered entry; None if the chain holds.

    Where it does, but a newer version wrote entries, the first of these.

    With `since`, entries up to that one are not read again, and it has to be there.
    `read` is given each entry that holds, in order.
    """
    newer: Break | None = None
    with transaction.atomic():
        head = JournalHead.objects.filter(evaluation=evaluation).first()
        if head is None:
            return Break(1, "the journal has no head")
        number = 0
        previous = GENESIS
        if since is not None:
            number = since[0]
            anchor = Entry.objects.filter(evaluation=evaluation, number=number).first()
            if anchor is None:
                return Break(number, f"the journal was cut before entry {number}")
            if not anchor.hash.startswith(since[1]):
                return Break(number, f"entry {number} is not the one of the anchor")
            previous = anchor.hash
        history = ImportedHistory.objects.filter(evaluation=evaluation).first()
        entries = Entry.objects.filter(evaluation=evaluation, number__gt=number)
        ordered = entries.defer(None).order_by("number")
        for entry in ordered.iterator(chunk_size=500):
            number += 1
            if wrong := _wrong(entry, number, previous, history):
                return Break(number, wrong)
            if newer is None and is_newer(entry.rows):
                newer = Break(number, written_by_newer(number), is_newer=True)
            previous = entry.hash
            read(entry)
    if head.count != number or head.hash != previous:
        return Break(
            number + 1, f"the journal ends at {number}, its head says {head.count}"
        )
    return newer


def written_by_newer(number: int) -> str:
    return f"entry {number} was written by a newer version; its content was not checked"


def _wrong(
    entry: Entry, number: int, previous: str, history: ImportedHistory | None
) -> str:
    """Why this is not entry `number`, which follows `previous`; blank if it is."""
    if entry.number != number:
        return f"entry {number} is missing; {entry.number} follows"
    if entry.previous_hash != previous:
        return f"entry {number} does not follow the one before"
    if why := misfit(entry, history):
        return why
    if not is_newer(entry.rows) and entry.hash != chained_hash(entry):
        return f"entry {number} was altered"
    return ""
