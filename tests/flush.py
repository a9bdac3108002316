"""Lets a transactional test clean up behind itself, past the tables that only grow.

They refuse DELETE, which flushing is on SQLite, and TRUNCATE, which it is on
PostgreSQL. The triggers are out of the way for the flush and then as they were.
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

    truncate = PostgresOperations.execute_sql_flush

    def truncating(self: Any, sql_list: list[str]) -> None:
        truncate(self, [OWNER, ASIDE, *sql_list, BACK] if sql_list else [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flushing)
        patch.setattr(PostgresOperations, "execute_sql_flush", truncating)
        yield
