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
from vendors.row_visibility import NOTES

# What claims ask of the database, in the order in which it is asked.
#
# The conditions are those of the selectors: the own invitation, what is asked and not
# retired, what the vendor itself says. For the buyer, who is `noting`, any candidate of
# the evaluation and whosever words. Locks come in the order of
# docs/developers/architecture.md.

# --- First trip: what stands --------------------------------------------------------
OWN = """
id = %(candidate)s AND (%(noting)s OR vendor_id = %(vendor)s AND invited_at IS NOT NULL)
"""
PLACE = f"(SELECT evaluation_id FROM vendors_candidate WHERE {OWN})"  # noqa: S608
# The row that every service locks before any other of the evaluation.
EVALUATION = f"""
SELECT id, owner_id, zone, stage, status,
    claims_opened_at, claims_close_at, claims_closed_at, asks_effort
FROM evaluations_evaluation WHERE id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608
CANDIDATE = f"""
SELECT id, name, kind, evaluation_id, vendor_id, first_seen_at
FROM vendors_candidate WHERE {OWN} FOR NO KEY UPDATE
"""  # noqa: S608
MEANT = f"""
FROM evaluations_requirement
WHERE evaluation_id = {PLACE} AND ref = ANY((%(refs)s)) AND retired_at IS NULL
"""
ASKED = f"SELECT id, ref, revision, measure {MEANT}"
LISTS = f"""
SELECT s.name AS name, v.name AS value FROM evaluations_scope s
LEFT JOIN evaluations_scopevalue v ON v.scope_id = s.id AND v.retired_at IS NULL
WHERE s.evaluation_id = {PLACE} ORDER BY s.position, s.name, v.position, v.name
"""  # noqa: S608
# An array and no join: the index of current claims is then used whatever the planner
# believes of a table that it has not looked at yet.
STANDING = f"""
SELECT id, requirement_id, revision, requirement_revision, by_vendor, availability,
    available_from, environments, holds_for, number, statement, evidence_url,
    submitted_at, superseded_at
FROM vendors_claim
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND (%(noting)s OR availability <> 'withdrawn' AND by_vendor)
AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
"""  # noqa: S608
# Of one side: the vendor's, or the buyer's notes.
EFFORTS = f"""
SELECT id, requirement_id, revision, how, low, likely, high, "by", superseded_at
FROM vendors_effort
WHERE candidate_id = %(candidate)s AND by_vendor <> %(noting)s
AND requirement_id = ANY(ARRAY(SELECT id {MEANT})) ORDER BY revision
"""  # noqa: S608
# From here on what the buyer noted is found, to be counted past and superseded.
FIND_NOTES = f"SELECT set_config('{NOTES}', 'on', true)"
COUNTS = f"""
SELECT requirement_id, max(revision) AS last, count(*) FILTER (WHERE by_vendor) AS own
FROM vendors_claim
WHERE candidate_id = %(candidate)s
AND requirement_id = ANY(ARRAY(SELECT id {MEANT}))
GROUP BY requirement_id
"""  # noqa: S608
# Whoever waited for a lock beyond the deadline is late, so the clock is read last.
HEAD = f"""
SELECT evaluation_id, count, hash, clock_timestamp() AS now
FROM evaluations_journalhead WHERE evaluation_id = {PLACE} FOR NO KEY UPDATE
"""  # noqa: S608

# --- Second trip: all that is written -----------------------------------------------
SUPERSEDE = """
UPDATE vendors_claim SET superseded_at = %(now)s
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND requirement_id = ANY((%(requirements)s))
"""
# Those that are said anew, and of the other side those to what is answered.
SUPERSEDE_EFFORTS = """
UPDATE vendors_effort SET superseded_at = %(now)s
WHERE candidate_id = %(candidate)s AND superseded_at IS NULL
AND (requirement_id = ANY((%(said)s))
    OR by_vendor <> %(by_vendor)s AND requirement_id = ANY((%(requirements)s)))
"""
LEAVE_NOTES = f"SELECT set_config('{NOTES}', '', true)"
MOVE_HEAD = """
UPDATE evaluations_journalhead SET count = %(count)s, hash = %(hash)s
WHERE evaluation_id = %(evaluation)s
"""


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
