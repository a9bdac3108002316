"""Answering a repeated call with its first answer, and doing its work once."""

import datetime
import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from django.db import connection, transaction
from django.utils import timezone
from psycopg import Error as PsycopgError

from evaltracker.errors import Problem, Refused
from evaltracker.toolbox.database import Pipeline, pipeline
from evaltracker.toolbox.files import files_of_rows
from vendors.models import IdempotencyRecord

# What claims ask of the database, in the order in which it is asked.
#
# The conditions are those of the selectors: the own invitation, what is asked and not
# retired, what the vendor itself says. For the buyer, who is `noting`, any candidate of
# the evaluation and whosever words. Locks come in the order of
# docs/developers/architecture.md.


KEPT = datetime.timedelta(days=7)
LOCK_NOT_AVAILABLE = "55P03"
# The lock is the transaction's; waiting for anything else is not cut short.
BE_PATIENT = "SET LOCAL lock_timeout = '2s'"
# By the column of who calls: a vendor, or a person's token.
LOOK_UP = {
    column: f"""
SELECT kept.status, kept.body, kept.body_sha256, EXISTS (
    SELECT 1 FROM vendors_idempotencyrecord
    WHERE {column} = %(caller)s AND created_at <= %(oldest)s
) AS outdated
FROM (SELECT 1 AS one) always LEFT JOIN vendors_idempotencyrecord kept
ON kept.{column} = %(caller)s AND kept.route = %(route)s AND kept.key = %(key)s
AND kept.created_at > %(oldest)s
"""  # noqa: S608
    for column in ("vendor_id", "token_id")
}
FORGET = {
    column: f"""
DELETE FROM vendors_idempotencyrecord
WHERE {column} = %(caller)s AND created_at <= %(oldest)s
"""  # noqa: S608
    for column in LOOK_UP
}


class KeyReused(Problem):
    status = 422
    default_code = "idempotency_key_reused"


class KeyInUse(Refused):
    """The first call with this key still runs (409); try again shortly."""

    default_code = "idempotency_key_in_use"
    retry_after: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class KeyLock:
    """A call with a key; once its turn is taken, no other with this key runs."""

    caller: uuid.UUID
    route: str
    key: str
    column: str = "vendor_id"

    @property
    def number(self) -> int:
        """The number of the lock that lets one call with this key run at a time."""
        name = f"{self.caller} {self.route} {self.key}"
        digest = hashlib.sha256(name.encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


class KeptAnswer:
    """What was answered to the first call with a key, and room for it."""

    def __init__(self, pipe: Pipeline, turn: KeyLock, body: bytes) -> None:
        """Queue the look; what it finds is there after the next wait."""
        self._pipe = pipe
        self._turn = turn
        self._sha256 = hashlib.sha256(body).hexdigest()
        self._oldest = timezone.now() - KEPT
        self._looked = pipe.ask(
            LOOK_UP[turn.column],
            caller=turn.caller,
            route=turn.route,
            key=turn.key,
            oldest=self._oldest,
        )
        self._outdated = False

    def replayed(self) -> StoredAnswer | None:
        row = self._looked.fetchone() or {}
        self._outdated = bool(row["outdated"])
        if row["status"] is None:
            return None
        if row["body_sha256"] != self._sha256:
            raise KeyReused(
                "This Idempotency-Key was used with another body before; use a new key."
            )
        return StoredAnswer(row["status"], row["body"])

    def keep(self, pipe: Pipeline, answer: StoredAnswer) -> None:
        turn = self._turn
        if self._outdated:
            pipe.ask(FORGET[turn.column], caller=turn.caller, oldest=self._oldest)
        pipe.add(
            IdempotencyRecord(
                **{turn.column: turn.caller},
                route=turn.route,
                key=turn.key,
                body_sha256=self._sha256,
                status=answer.status,
                body=answer.body,
            )
        )


def queue_turn(pipe: Pipeline, turn: KeyLock) -> None:
    """Queue the taking of a turn, which lasts until the transaction ends.

    It comes before any lock of an evaluation (docs/developers/architecture.md,
    “Locks”). SQLite lets one writer in at a time anyway.
    """
    if connection.vendor == "postgresql":
        pipe.ask(BE_PATIENT)
        pipe.ask("SELECT pg_advisory_xact_lock(%(turn)s)", turn=turn.number)
        pipe.ask("SET LOCAL lock_timeout TO DEFAULT")


@contextmanager
def refusing_a_key_in_use() -> Iterator[None]:
    """Refuse the call if the turn that is queued inside does not come in time.

    In a pipeline the driver may learn it at any statement after that of the turn: it
    reads what has been answered while it still sends. So this goes round everything
    from `queue_turn` to the next wait.

    Raises:
        KeyInUse: the first call with the key takes longer than two seconds.
    """
    try:
        yield
    except PsycopgError as error:
        if getattr(error, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise KeyInUse(
            "The first call with this Idempotency-Key still runs; try again shortly."
        ) from error


def take_turn(turn: KeyLock) -> KeyLock:
    """Wait until no other call with this key runs; until the transaction ends.

    Raises:
        KeyInUse: the first call takes longer than two seconds.
    """
    with pipeline() as pipe, refusing_a_key_in_use():
        queue_turn(pipe, turn)
        pipe.wait()
    return turn


def answer_once(
    *, turn: KeyLock, body: bytes, work: Callable[[], StoredAnswer]
) -> tuple[StoredAnswer, bool]:
    """The answer of `work`, or the kept one of the same call, and whether replayed.

    The work, its answer and the key are one transaction, so a crash leaves all or
    nothing. Whatever `work` raises is kept nowhere: a refused call may be right
    later.
    """
    with transaction.atomic(), files_of_rows():
        with pipeline(savepoint=False) as pipe:
            stored = KeptAnswer(pipe, turn, body)
            pipe.wait()
        if replayed := stored.replayed():
            return replayed, True
        answer = work()
        with pipeline(savepoint=False) as pipe:
            stored.keep(pipe, answer)
    return answer, False
