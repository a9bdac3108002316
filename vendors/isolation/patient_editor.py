"""Django's schema editor, patient: outside a transaction each statement is retried."""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from vendors.isolation.patience import LOCK_TIMEOUT, patiently
from vendors.isolation.sql import run


def patient_editor(
    stock: type[BaseDatabaseSchemaEditor] | None, *, say: Callable[[str], object]
) -> type[BaseDatabaseSchemaEditor]:
    """A subclass of the database's own editor."""
    base: Any = stock

    class PatientEditor(base):  # type: ignore[misc]
        """What builds concurrently may wait for long: nobody waits behind it."""

        def execute(self, sql: Any, params: Any = ()) -> None:
            """Run one statement; on its own, again and again until it gets its lock."""

            def attempt() -> None:
                super(PatientEditor, self).execute(sql, params)

            if self.connection.in_atomic_block or self.collect_sql:
                attempt()
                return
            statement = str(sql)
            if "CONCURRENTLY" not in statement:
                patiently(attempt, what=f"“{statement.strip():.60}”", say=say)
                return
            run(self.connection, "SET lock_timeout = 0")
            try:
                attempt()
            finally:
                run(self.connection, f"SET lock_timeout = '{LOCK_TIMEOUT}'")

    return PatientEditor
