"""Django's schema editor, patient: it holds no lock while Python thinks.

Between two statements of a migration Django works out what the models look like by
then, which takes a tenth of a second, and half of one on a busy machine. Whoever opens
a page meanwhile would wait for the tables that were altered already.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from vendors.isolation.access import Unfit, run

# Taking locks beside people who work: short tries, with pauses between them.
#
# A statement that waits for a lock lets everybody queue behind it. So none waits for
# long; it is given up, everybody goes on, and it is tried again.

LOCK_TIMEOUT = "400ms"
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
# lock_not_available, deadlock_detected
BUSY = ("55P03", "40P01")


def is_busy(error: BaseException) -> bool:
    """Whether somebody else held a lock for longer than we wait."""
    return getattr(error.__cause__, "sqlstate", None) in BUSY


def patiently[Result](
    work: Callable[[], Result], *, what: str, say: Callable[[str], object]
) -> Result:
    """What `work` returns, once nobody stands in its way.

    Raises:
        Unfit: somebody did for ten minutes; the sentence says at `what`.

    """
    until = time.monotonic() + PATIENCE_SECONDS
    waiting = False
    while True:
        try:
            return work()
        except OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > until:
                raise Unfit(
                    f"Stopped at {what}: a transaction has held it for "
                    f"{PATIENCE_SECONDS:.0f} seconds. pg_stat_activity shows which; "
                    "end it and run this again. What was done stays done."
                ) from error
        if not waiting:
            say(f"Waiting for a transaction that uses {what} …")
        waiting = True
        time.sleep(PAUSE_SECONDS)


def run_patiently(
    db: BaseDatabaseWrapper,
    work: Callable[[], None],
    *,
    what: str,
    say: Callable[[str], object],
) -> None:
    """Do `work` in one transaction that waits for no lock for long."""

    def attempt() -> None:
        with transaction.atomic(using=db.alias):
            run(db, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            work()

    patiently(attempt, what=what, say=say)


class Patience:
    """What builds concurrently may wait for long: nobody waits behind it.

    The statements of an atomic migration wait until it ends, or until something else
    asks the database, and then run one after the other.
    """

    connection: BaseDatabaseWrapper
    atomic_migration: bool
    collect_sql: bool
    say: Callable[[str], object]

    def __enter__(self) -> Any:
        """Begin the transaction, if the migration is one."""
        self.waiting: list[tuple[str, Any]] = []
        self.deferred_sql: list[Any] = []
        self.order = self.connection.execute_wrapper(self._in_order)
        self.order.__enter__()
        return super().__enter__()  # type: ignore[misc]

    def __exit__(self, *raised: Any) -> None:
        """Run what waits and end the transaction, also where that fails."""
        end = super().__exit__  # type: ignore[misc]
        deferred, self.deferred_sql = self.deferred_sql, []
        try:
            if raised[0] is None:
                for sql in deferred:
                    self.execute(sql, None)
                self._run_waiting()
            self.waiting = []
        except BaseException:
            end(*sys.exc_info())
            raise
        else:
            end(*raised)
        finally:
            self.order.__exit__(None, None, None)

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Run one statement; on its own, again and again until it gets its lock."""
        if self.atomic_migration and not self.collect_sql:
            self.waiting.append((str(sql), params))
            return
        attempt = partial(super().execute, sql, params)  # type: ignore[misc]
        if self.connection.in_atomic_block or self.collect_sql:
            attempt()
            return
        statement = str(sql)
        if "CONCURRENTLY" not in statement:
            what = f"“{statement.strip():.60}”"
            patiently(attempt, what=what, say=self.say)
            return
        run(self.connection, "SET lock_timeout = 0")
        try:
            attempt()
        finally:
            run(self.connection, f"SET lock_timeout = '{LOCK_TIMEOUT}'")

    def _in_order(self, execute: Any, *statement: Any) -> Any:
        """Whatever else asks the database finds what waits done."""
        self._run_waiting()
        return execute(*statement)

    def _run_waiting(self) -> None:
        waiting, self.waiting = self.waiting, []
        for sql, params in waiting:
            super().execute(sql, params)  # type: ignore[misc]


def patient_editor(
    stock: type[BaseDatabaseSchemaEditor] | None, *, say: Callable[[str], object]
) -> type[BaseDatabaseSchemaEditor]:
    """A subclass of the database's own editor."""
    base: Any = stock
    return type("PatientEditor", (Patience, base), {"say": staticmethod(say)})
