"""Lets a transactional test clean up behind itself, past the tables that only grow.

They refuse DELETE, which flushing is on SQLite, and TRUNCATE, which it is on
PostgreSQL. The triggers are out of the way for the flush and then as they were.

A request that a browser sent last may still be reading when its test is over: it and
TRUNCATE can then wait for each other, and PostgreSQL ends one of them. What stays in
the tables would be found by the next test, so the flush is tried again.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import (
    DatabaseOperations as PostgresOperations,
)
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.utils import OperationalError
from psycopg.errors import DeadlockDetected

# Who logged in, whatever role that was changed to (see tests.as_application).
OWNER = "SET LOCAL ROLE NONE"
# Triggers are silent in a session that copies another one's rows; superusers only.
ASIDE = "SET LOCAL session_replication_role = replica"
BACK = "SET LOCAL session_replication_role = origin"
# What a flush writes anew gets the numbers that it had, so that what factories wrote
# before is still right (see tests.fixture_cache).
NUMBERED_ANEW = [
    "ALTER SEQUENCE auth_permission_id_seq RESTART",
    "ALTER SEQUENCE django_content_type_id_seq RESTART",
]
# How many requests that still read may each end a flush by a deadlock.
STRAGGLERS = 3


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
        statements = []
        if sql_list:
            statements = [OWNER, ASIDE, *sql_list, *NUMBERED_ANEW, BACK]
        for _ in range(STRAGGLERS):
            try:
                return truncate(self, statements)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return truncate(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flushing)
        patch.setattr(PostgresOperations, "execute_sql_flush", truncating)
        yield
