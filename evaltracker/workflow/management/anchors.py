"""Entries of journals that were kept elsewhere, and what does not fit them."""

import fileinput
import re
from collections.abc import Iterable
from uuid import UUID

from django.core.management.base import CommandError

from evaltracker.evaluations.models import Entry, Evaluation

# The number and the hash of an entry.
type Anchor = tuple[int, str]

ANCHOR = re.compile(r"([0-9]{1,9}):([0-9a-f]{8,64})")
# A line of the log, as JSON or as people read it (services/heads.py).
LOGGED = re.compile(r"\bjournal_head\b")
LOGGED_OF = re.compile(r"\bevaluation\W{1,5}([0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})\b")
LOGGED_AT = re.compile(r"\banchor\W{1,5}([0-9]{1,9}:[0-9a-f]{64})\b")


def read_anchor(text: str) -> Anchor:
    """NUMBER:HASH, where the hash may be cut short.

    Raises:
        CommandError: it reads otherwise.

    """
    match = ANCHOR.fullmatch(text)
    if match is None:
        raise CommandError("An anchor reads NUMBER:HASH, as --print-anchor says.")
    return int(match[1]), match[2]


def anchors_in(place: str) -> dict[UUID, set[Anchor]]:
    """The heads that a log tells, by evaluation; “-” is standard input.

    Raises:
        CommandError: it cannot be read, or tells none.

    """
    told: dict[UUID, set[Anchor]] = {}
    try:
        with fileinput.input(place, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not LOGGED.search(line):
                    continue
                of, at = LOGGED_OF.search(line), LOGGED_AT.search(line)
                if of and at:
                    told.setdefault(UUID(of[1]), set()).add(read_anchor(at[1]))
    except OSError as error:
        raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
    if not told:
        raise CommandError(
            f"{place} tells no head of a journal. Give the log of the workers, or of "
            "send_notices: each hour it has a line “journal_head” for each that grew."
        )
    return told


def misfits(evaluation: Evaluation, kept: Iterable[Anchor]) -> list[str]:
    """Which of these anchors no entry fits, in order."""
    wanted = sorted(kept)
    entries = Entry.objects.filter(
        evaluation=evaluation, number__in=[number for number, _ in wanted]
    )
    there = dict(entries.values_list("number", "hash"))
    return [
        f"{evaluation.slug}: entry {number} is not the one of the anchor"
        if number in there
        else f"{evaluation.slug}: the journal was cut before entry {number}"
        for number, digest in wanted
        if not there.get(number, "").startswith(digest)
    ]
