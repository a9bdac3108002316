"""What a transaction writes of rows that count, an entry tells, in every test (T55).

docs/developers/adding.md has it. The product writes an error to its log where none is;
here the test fails. What a test writes itself, outside of the product's transactions,
is its own affair: the next entry tells it, or none does.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db import connections
from django.db.transaction import Atomic

from evaltracker.evaluations.models import evaluation
from evaltracker.evaluations.models.evaluation import Touched
from tests.lock_order import in_transaction

TESTS = f"{Path(__file__).parent}/"
UNTOLD: list[str] = []
WRITERS: dict[Any, str] = {}
# What was noted before the transaction that runs.
EARLIER: WeakKeyDictionary[Any, set[Any]] = WeakKeyDictionary()


def is_around(block: Any) -> bool:
    """Whether a transaction is a test's."""
    return bool(block._from_testcase)


def look(database: Any) -> None:
    """Remember what a transaction is about to leave without an entry."""
    before = EARLIER.get(database, ())
    for _, hook, *_ in database.run_on_commit:
        if isinstance(hook, Touched) and hook not in before:
            for rows in hook.rows.values():
                UNTOLD.extend(
                    f"{model._meta.label_lower}, written by {WRITERS.get(key)}"
                    for model, key in rows
                    if WRITERS.get(key)
                )


def writers() -> str:
    """Who writes now, the innermost first; blank if that is a test itself."""
    ours: list[str] = []
    frame = sys._getframe(1)
    while frame.f_back and len(ours) < 4:
        frame = frame.f_back
        path = frame.f_code.co_filename
        if "/lib/python" in path or path == evaluation.__file__:
            continue
        if not ours and path.startswith(TESTS):
            return ""
        where = "/".join(Path(path).parts[-2:])
        ours.append(f"{where}:{frame.f_lineno} {frame.f_code.co_name}")
    return " < ".join(ours)


@pytest.fixture(autouse=True, scope="session")
def _watch_rows() -> Iterator[None]:
    """Know when transactions begin and end."""
    enter, leave, touch = Atomic.__enter__, Atomic.__exit__, evaluation.touch

    def touching(where: Any, model: Any, key: Any, saved: Any) -> None:
        WRITERS[key] = writers()
        if "migrations/" not in WRITERS[key]:
            touch(where, model, key, saved)

    def entering(self: Atomic) -> None:
        database = connections[self.using or "default"]
        if not is_around(self) and not in_transaction(database):
            EARLIER[database] = {hook for _, hook, *_ in database.run_on_commit}
        enter(self)

    def leaving(self: Atomic, kind: Any, *given: Any) -> None:
        database = connections[self.using or "default"]
        outer = database.atomic_blocks[:-1]
        ends = not is_around(self) and all(map(is_around, outer))
        if ends and kind is None and not database.needs_rollback:
            look(database)
        leave(self, kind, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "touch", touching)
        patch.setattr(Atomic, "__enter__", entering)
        patch.setattr(Atomic, "__exit__", leaving)
        yield


def assert_rows_are_told() -> None:
    """Fail if a transaction has left a row without an entry since this was asked."""
    untold, UNTOLD[:] = sorted(set(UNTOLD)), []
    assert not untold, "No entry tells of:\n" + "\n".join(untold)


@pytest.fixture(autouse=True)
def _every_row_is_told() -> Iterator[None]:
    """Fail the test in which a transaction left a row without an entry."""
    yield
    assert_rows_are_told()
