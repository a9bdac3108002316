"""Changing the journal behind the product's back, as an owner of the database can."""

from __future__ import annotations

from django.db import connection

TABLE = "evaluations_entry"


def meddle(sql: str) -> None:
    """Run `sql` with the triggers of the journal out of the way."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What foreign keys still have to check stands in the way of ALTER TABLE.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
            cursor.execute(sql)
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
            f"AND tbl_name = '{TABLE}'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(sql)
        for _, made in triggers:
            cursor.execute(made)
