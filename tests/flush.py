"""Lets a transactional test clean up behind itself, past the tables that only grow.

They refuse DELETE, by which tables are emptied on SQLite and here on PostgreSQL, and
TRUNCATE, which is Django's way there. The triggers are out of the way for the flush and
then as they were.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import (
    DatabaseOperations as PostgresOperations,
)
from django.db.backends.sqlite3.base import DatabaseWrapper

# Who logged in, whatever role that was changed to (see tests.as_application).
OWNER = "SET LOCAL ROLE NONE"
# Triggers are silent in a session that copies another one's rows; superusers only.
ASIDE = "SET LOCAL session_replication_role = replica"
BACK = "SET LOCAL session_replication_role = origin"


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Wrap Django's flush for the whole run."""
    operations = DatabaseWrapper.ops_class
    flush = operations.execute_sql_flush

    def flushing(self: Any, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            try:
                flush(self, sql_list)
            finally:
                for _, sql in triggers:
                    cursor.execute(sql)

    execute = PostgresOperations.execute_sql_flush
    truncate = PostgresOperations.sql_flush

    def executing(self: Any, sql_list: list[str]) -> None:
        execute(self, [OWNER, ASIDE, *sql_list, BACK] if sql_list else [])

    def deleting(
        self: Any, style: Any, tables: list[str], **options: bool
    ) -> list[str]:
        # TRUNCATE makes new files for each table and index, however few rows it has.
        if any(options.values()):
            return truncate(self, style, tables, **options)
        each = (f"DELETE FROM {self.quote_name(table)};" for table in tables)
        return [f"DO $$BEGIN {' '.join(each)} END$$"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flushing)
        patch.setattr(PostgresOperations, "execute_sql_flush", executing)
        patch.setattr(PostgresOperations, "sql_flush", deleting)
        yield
