"""Django's schema editor, patient: it holds no lock while Python thinks.

Between two statements of a migration Django works out what the models look like by
then, which takes a tenth of a second, and half of one on a busy machine. Whoever opens
a page meanwhile would wait for the tables that were altered already.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from vendors.isolation.patience import LOCK_TIMEOUT, patiently
from vendors.isolation.sql import run


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
