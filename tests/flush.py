"""Lets a transactional test clean up behind itself on SQLite.

Append-only tables refuse DELETE by trigger, and flushing is a DELETE there. The
triggers are taken away for the flush and put back as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

if TYPE_CHECKING:
    from collections.abc import Iterator


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

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flushing)
        yield
