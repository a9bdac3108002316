"""Changing the journal behind the product's back, as an owner of the database can."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.as_application import ownership

TABLE = "evaluations_entry"


def meddle(sql: str, table: str = TABLE) -> None:
    """Run `sql` with the triggers of its table out of the way."""
    with triggers_aside(table), connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def triggers_aside(table: str) -> Iterator[None]:
    """The triggers of a table out of the way, and then as they were."""
    with ownership(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What foreign keys still have to check stands in the way of ALTER TABLE.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
            f"AND tbl_name = '{table}'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, made in triggers:
            cursor.execute(made)
