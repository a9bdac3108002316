"""Answering a repeated call with its first answer, and doing its work once."""

import datetime
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from evaltracker.errors import Problem, Refused
from evaltracker.kit.storage import files_of_rows
from vendors.models import IdempotencyRecord, Vendor

KEPT = datetime.timedelta(days=7)
LOCK_NOT_AVAILABLE = "55P03"
# The lock is the transaction's; waiting for anything else is not cut short.
TAKE_TURN = """
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(%s);
SET LOCAL lock_timeout TO DEFAULT
"""
REUSED = "This Idempotency-Key came with another body before; take a new key for this."


class KeyReused(Problem):
    """The same key came with another body (422)."""

    status = 422
    default_code = "idempotency_key_reused"


class KeyInUse(Refused):
    """The first call with this key still runs (409); try again shortly."""

    default_code = "idempotency_key_in_use"
    retry_after: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """That a call is the only one with its key that runs: `take_turn` gives it."""

    vendor: uuid.UUID
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told: a status and the text of a body."""

    status: int
    body: str


def take_turn(*, vendor: Vendor, route: str, key: str) -> Turn:
    """Wait until no other call with this key runs; until the transaction ends.

    It comes before any lock of an evaluation (docs/architecture.md, “Locks”).

    Raises:
        KeyInUse: the first call takes longer than two seconds.

    """
    with transaction.atomic():
        _wait_for(turn_of(vendor.pk, route, key))
    return Turn(vendor.pk, route, key)


def answer_once(
    *, turn: Turn, body: bytes, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """The answer of `work`, or the kept one of the same call, and whether replayed.

    The work, its answer and the key are one transaction, so a crash leaves all or
    nothing. Whatever `work` raises is kept nowhere: a refused call may be right
    later.

    Raises:
        KeyReused: the key came with another body before.

    """
    oldest = timezone.now() - KEPT
    with transaction.atomic(), files_of_rows():
        mine = IdempotencyRecord.objects.filter(vendor=turn.vendor)
        found = mine.filter(
            route=turn.route, key=turn.key, created_at__gt=oldest
        ).first()
        if found is not None:
            if found.body_sha256 != hashlib.sha256(body).hexdigest():
                raise KeyReused(REUSED)
            return Answer(found.status, found.body), True
        answer = work()
        mine.filter(created_at__lte=oldest).delete()
        kept_answer(turn.vendor, turn.route, turn.key, body, answer).save(
            force_insert=True
        )
    return answer, False


def kept_answer(
    vendor: uuid.UUID, route: str, key: str, body: bytes, answer: Answer
) -> IdempotencyRecord:
    """What is kept of a keyed call, not yet saved."""
    return IdempotencyRecord(
        vendor_id=vendor,
        route=route,
        key=key,
        body_sha256=hashlib.sha256(body).hexdigest(),
        status=answer.status,
        body=answer.body,
    )


def turn_of(vendor: uuid.UUID, route: str, key: str) -> int:
    """The number of the lock that lets one call with this key run at a time."""
    name = f"{vendor} {route} {key}"
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _wait_for(number: int) -> None:
    """Wait until no other call with this number runs.

    SQLite lets one writer in at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(TAKE_TURN, [number])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise KeyInUse(
            "The first call with this Idempotency-Key still runs; try again shortly."
        ) from error
