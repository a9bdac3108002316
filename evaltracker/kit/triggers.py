"""Database triggers that keep append-only tables append-only.

The model refuses a change first; the trigger refuses code that goes round the model.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_{verb}_refused BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} only grows'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION evaltracker_only_grows() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME
USING ERRCODE = 'restrict_violation'; END
$$ LANGUAGE plpgsql
"""
POSTGRESQL = """
CREATE OR REPLACE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION evaltracker_only_grows()
"""
# No row trigger sees a TRUNCATE; it is refused to everybody, the owner too.
POSTGRESQL_TRUNCATE = """
CREATE OR REPLACE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION evaltracker_only_grows()
"""


def append_only(table: str) -> migrations.RunPython:
    """A migration operation that makes the database refuse changes in `table`.

    A migration that alters such a table ends with it, too: SQLite alters a table by
    making a new one, to which the triggers of the old one do not belong.
    """

    def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            # No parameters: a % in the function's body is not a placeholder.
            editor.execute(POSTGRESQL_FUNCTION, params=None)
            editor.execute(POSTGRESQL.format(table=table))
            editor.execute(POSTGRESQL_TRUNCATE.format(table=table))
        else:
            for verb in ("UPDATE", "DELETE"):
                editor.execute(SQLITE.format(table=table, verb=verb))

    install.changes_no_row = True  # type: ignore[attr-defined]
    return migrations.RunPython(install, migrations.RunPython.noop)


def never_emptied(*tables: str) -> migrations.RunPython:
    """A migration operation that makes PostgreSQL refuse TRUNCATE of `tables`.

    Their rows may be amended; SQLite has no TRUNCATE.
    """

    def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "postgresql":
            return
        editor.execute(POSTGRESQL_FUNCTION, params=None)
        for table in tables:
            editor.execute(POSTGRESQL_TRUNCATE.format(table=table))

    install.changes_no_row = True  # type: ignore[attr-defined]
    return migrations.RunPython(install, migrations.RunPython.noop)
