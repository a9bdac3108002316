"""The one order in which the product takes locks, checked in every test.

docs/developers/architecture.md, “Locks”, has it. Every statement of every test passes
here on its way to PostgreSQL, also those that go round Django through a pipeline;
what a transaction locks is noted, and a test that takes a lock too late fails.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.transaction import Atomic
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.toolbox.database import Pipeline


class Rank(IntEnum):
    """What is locked, in the order in which it may be."""

    FIRST = -1  # one account's guesses, one chore: each after the one before
    PERSON = 0  # people, companies and their tokens: above evaluations
    TURN = 1  # of an idempotency key
    EVALUATION = 2
    ROW = 3  # whatever belongs to an evaluation
    HEAD = 4  # of its journal


RANKS = {
    "evaluations_choredone": Rank.FIRST,
    "evaluations_user": Rank.PERSON,
    "vendors_vendor": Rank.PERSON,
    "vendors_contact": Rank.PERSON,
    "vendors_vendortoken": Rank.PERSON,
    # What a person's program asks of them.
    "workflow_askedact": Rank.PERSON,
    "pg_advisory_xact_lock": Rank.TURN,
    "evaluations_evaluation": Rank.EVALUATION,
    "evaluations_journalhead": Rank.HEAD,
}
# What belongs to one login; whoever changes it has the person, or is that person.
LOGINS = ("account_", "mfa_", "socialaccount_", "usersessions_")
# What one browser writes of itself, and what is written over a connection of its own
# (only the tests have one connection for all): no two people wait for each other there.
# The counts of an account's guesses are read and written behind its turn alone.
APART = {
    *("django_session", "evaluations_cachedvalue"),
    *("axes_accessattempt", "axes_accessattemptexpiration", "axes_accessfailurelog"),
}
GUESSES = "SELECT pg_try_advisory_xact_lock(%s)"  # of accounts.take_turn
LOCKING = re.compile(
    r'SELECT\b.*?\bFROM "?(?P<read>\w+)"?.*\bFOR (?:NO KEY )?UPDATE\b(?P<of>.*)'
    r'|UPDATE "?(?P<changed>\w+)"?|DELETE FROM "?(?P<deleted>\w+)"?'
    r"|.*\b(?P<turn>pg_(?:try_)?advisory_xact_lock)\b",
    re.IGNORECASE | re.DOTALL,
)
STARTED = re.compile(r'INSERT INTO "?evaluations_evaluation"?\b', re.IGNORECASE)


@dataclass
class Held:
    """The locks of a transaction that runs."""

    taken: list[tuple[Rank, str]] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)

    def take(self, rank: Rank, name: str, key: str, *, waits: bool) -> str | None:
        """Note a lock; what is wrong with its moment."""
        wrong = None
        if waits and (rank, name) not in self.taken:
            wrong = self.wrong_moment(rank, name, key)
        self.taken.append((rank, name))
        if rank == Rank.EVALUATION:
            self.evaluations.append(key)
        return wrong

    def wrong_moment(self, rank: Rank, name: str, key: str) -> str | None:
        """Why this lock may not be waited for now."""
        if rank == Rank.EVALUATION and key in self.evaluations:
            return None
        if rank == Rank.EVALUATION and self.evaluations:
            later = max(self.evaluations)
            return f"{name} {key} after {later}" if key < later else None
        # Who has the evaluation has all that is below it for itself.
        if rank > Rank.EVALUATION and self.evaluations:
            return None
        late = [other for held, other in self.taken if held > rank]
        return f"{name} after {late[0]}" if late else None


HELD: WeakKeyDictionary[Any, Held] = WeakKeyDictionary()
WRONG: list[str] = []


def look(database: Any, sql: str, params: Any) -> None:
    """Note what a statement locks."""
    held = HELD.setdefault(database, Held())
    if STARTED.match(sql):
        held.evaluations.append("")  # nobody else can see it
    if not any(word in sql for word in ("UPDATE", "DELETE", "advisory")):
        return
    found = LOCKING.match(sql.strip())
    if found is None:
        return
    name = found["read"] or found["changed"] or found["deleted"] or found["turn"]
    name = name.lower().replace("_try", "")
    if name in APART:
        return
    rank = rank_of(name, sql)
    waits = "SKIP LOCKED" not in (found["of"] or "") and found["turn"] != (
        "pg_try_advisory_xact_lock"
    )
    values = params.values() if isinstance(params, dict) else params or ()
    key = str(next(iter(values), ""))
    if wrong := held.take(rank, name, key, waits=waits):
        WRONG.append(wrong)


def rank_of(name: str, sql: str) -> Rank:
    """Where a lock stands in the order."""
    if sql == GUESSES:
        return Rank.FIRST
    return Rank.PERSON if name.startswith(LOGINS) else RANKS.get(name, Rank.ROW)


def around_tests() -> Atomic:
    """A transaction around what tests do, which is none of the product's."""
    block = transaction.atomic()
    vars(block)["_from_testcase"] = True
    return block


@contextmanager
def made_once(
    blocker: DjangoDbBlocker, *makes: Callable[[], Any]
) -> Iterator[list[Any]]:
    """What these make, for all tests of a file, and taken back after them.

    Each is made by one worker of a run, for all files that begin in the same way.
    """
    from tests.fixture_cache import RUN, shared_world

    with blocker.unblock(), around_tests():
        yield [shared_world(make, RUN[0]) for make in makes]
        transaction.set_rollback(True)


def in_transaction(database: Any) -> bool:
    """Whether a transaction of the product runs, and not only one around a test."""
    return not all(block._from_testcase for block in database.atomic_blocks)


class Watch:
    """Sees the statements of a connection."""

    def __call__(
        self, execute: Any, sql: Any, params: Any, many: bool, ctx: Any
    ) -> Any:
        """Note a statement of a transaction of the product's own."""
        database = ctx["connection"]
        if in_transaction(database):
            look(database, str(sql), params)
        return execute(sql, params, many, ctx)


WATCH = Watch()


def watch(connection: Any, **_: Any) -> None:
    """Look at what a connection sends."""
    if connection.vendor == "postgresql" and WATCH not in connection.execute_wrappers:
        connection.execute_wrappers.append(WATCH)


@pytest.fixture(autouse=True, scope="session")
def _watch_locks() -> Iterator[None]:
    """Look at all connections, and know when their transactions end."""
    leave, ask = Atomic.__exit__, Pipeline.ask
    committed = BaseDatabaseWrapper.run_and_clear_commit_hooks

    def after(self: BaseDatabaseWrapper) -> None:
        # It is over for the database, though its block is not left yet.
        HELD.pop(self, None)
        committed(self)

    def leaving(self: Atomic, *given: Any) -> None:
        try:
            leave(self, *given)
        finally:
            database = connections[self.using or "default"]
            if not in_transaction(database):
                HELD.pop(database, None)

    def asking(self: Pipeline, statement: str, /, **values: Any) -> Any:
        if statement in {"BEGIN", "COMMIT"}:
            HELD.pop(self._database, None)
        look(self._database, statement, values)
        return ask(self, statement, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Atomic, "__exit__", leaving)
        patch.setattr(Pipeline, "ask", asking)
        patch.setattr(BaseDatabaseWrapper, "run_and_clear_commit_hooks", after)
        connection_created.connect(watch)
        yield
        connection_created.disconnect(watch)


def assert_locks_in_order() -> None:
    """Fail if a transaction has locked in another order since this was asked."""
    wrong, WRONG[:] = sorted(set(WRONG)), []
    assert not wrong, f"Locks out of order: {wrong}"


@pytest.fixture(autouse=True)
def _locks_in_order() -> Iterator[None]:
    """Fail the test in which a transaction locked in another order."""
    WRONG.clear()
    yield
    assert_locks_in_order()
