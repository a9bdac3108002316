"""An empty database in the middle of a test, as if a file came to another place."""

from django.apps import apps
from django.db import connection

from tests.as_application import ownership
from tests.flush import ASIDE, BACK

FLOORS = ("evaluations", "stakeholders", "vendors", "trials", "workflow")
LIBRARIES = ("account", "mfa", "socialaccount", "usersessions", "admin")


def wipe() -> None:
    """Delete everything of the five floors, past the tables that only grow; the
    test's transaction brings it back."""
    tables = [
        model._meta.db_table
        for label in (*FLOORS, *LIBRARIES)
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    with ownership(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What foreign keys still have to check stands in the way of TRUNCATE.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            names = ", ".join(f'"{table}"' for table in tables)
            cursor.execute(ASIDE)
            cursor.execute(f"TRUNCATE {names} CASCADE")
            cursor.execute(BACK)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"')
        for _, made in triggers:
            cursor.execute(made)
