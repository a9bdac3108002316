"""Migration operations beside which the product goes on working.

On PostgreSQL each builds or checks without a lock that readers or writers wait for, so
its migration says `atomic = False`; elsewhere each is Django's own operation. All may
be repeated after a failure in the middle.
"""

from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps
from django.core.checks import Error, Tags, register
from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import (
    CheckConstraint,
    Field,
    Model,
)

from evaltracker.toolbox.full_text import document

# Finding rows by words: PostgreSQL's full text, elsewhere plain comparison.
#
# Whatever separates words for people separates them here too, so that “SAML/OIDC” is
# found by either and “R06.2” by “r06 2”. A word is found by its beginning. PostgreSQL
# answers from a GIN index of the same expression, which `AddSearchIndex` builds.


class AddSearchIndex(RunPython):
    """Builds the index of some columns' words while others write.

    Its migration says `atomic = False`, and it may be repeated after a failure in the
    middle. SQLite has none. `where` narrows it to the rows that are searched.
    """

    def __init__(
        self, table: str, name: str, columns: Sequence[str], where: str = ""
    ) -> None:
        self.made_of = (table, name, tuple(columns), where)

        def build(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            if editor.connection.vendor != "postgresql":
                return
            quoted = [editor.quote_name(column) for column in columns]
            if where:
                condition = f" WHERE {where}"
            else:
                condition = ""
            editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
            editor.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {table} "
                f"USING gin (({document(quoted)})){condition}",
                params=None,
            )

        def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)

        super().__init__(build, drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__qualname__, list(self.made_of), {})


class AddIndexOnline(AddIndex):
    atomic = False

    def database_forwards(self, app: str, editor: Any, old: Any, new: Any) -> None:
        """Build it; half an index of a former try is taken away first."""
        if not _online(editor):
            super().database_forwards(app, editor, old, new)
            return
        model = new.apps.get_model(app, self.model_name)
        name = editor.quote_name(self.index.name)
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
        editor.add_index(model, self.index, concurrently=True)


class AddConstraintOnline(AddConstraint):
    """A check is added unchecked, then validated; uniqueness begins as an index."""

    atomic = False

    def database_forwards(self, app: str, editor: Any, old: Any, new: Any) -> None:
        """Add it; what a former try left is taken away first."""
        if not _online(editor):
            super().database_forwards(app, editor, old, new)
            return
        model = new.apps.get_model(app, self.model_name)
        for statement in self._statements(model, editor):
            editor.execute(statement, params=None)

    def _statements(self, model: type[Model], editor: Any) -> list[str]:
        table = editor.quote_name(model._meta.db_table)
        name = editor.quote_name(self.constraint.name)
        made = str(self.constraint.create_sql(model, editor))
        fresh = [
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        ]
        if isinstance(self.constraint, CheckConstraint):
            return [
                fresh[0],
                f"{made} NOT VALID",
                f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
            ]
        index = "CREATE UNIQUE INDEX"
        unique = f"ADD CONSTRAINT {name} UNIQUE"
        if made.startswith(index):
            return [fresh[1], made.replace(index, f"{index} CONCURRENTLY", 1)]
        columns, _, rest = made.partition(unique)[2].partition(")")
        return [
            *fresh,
            f"{index} CONCURRENTLY {name} ON {table}{columns})",
            f"ALTER TABLE {table} {unique} USING INDEX {name}{rest}",
        ]


class AddColumn(AddField):
    """Adds a column that the database fills: old rows have its `db_default`, or null.

    On SQLite the table keeps its triggers, since it is not made anew.
    """

    def database_forwards(self, app: str, editor: Any, old: Any, new: Any) -> None:
        """Add it by ALTER TABLE ADD COLUMN, which writes no row."""
        if not self.field.null and not self.field.has_db_default():
            raise ValueError("Give the column a `db_default`, or let it be null.")
        model = new.apps.get_model(app, self.model_name)
        field = model._meta.get_field(self.name)
        BaseDatabaseSchemaEditor.add_field(editor, model, field)


class LetBeEmpty(AlterField):
    """Lets a column be empty, and changes nothing else of it.

    Django would take a foreign key away and add it again, and so lock the other table.
    """

    def database_forwards(self, app: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app, editor, old, new)
            return
        model = new.apps.get_model(app, self.model_name)
        table = editor.quote_name(model._meta.db_table)
        column = editor.quote_name(model._meta.get_field(self.name).column)
        editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")

    def database_backwards(self, app: str, editor: Any, old: Any, new: Any) -> None:
        super().database_forwards(app, editor, old, new)


def add_empty_column(
    table: str, name: str, field: "Field[Any, Any]"
) -> SeparateDatabaseAndState:
    """A column that old rows leave empty, whatever default the field has in Python.

    Django would write that default into all of them, and would hold the table's lock
    while it works out what comes next; a migration of several says `atomic = False`,
    so that no lock is held while another one is waited for. On SQLite the table keeps
    its triggers, since it is not made anew.
    """

    def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        db = editor.connection
        with db.cursor() as cursor:
            columns = db.introspection.get_table_description(cursor, table)
        if name not in {column.name for column in columns}:
            column = f"{editor.quote_name(name)} {field.db_type(db)} NULL"
            editor.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(f"ALTER TABLE {table} DROP COLUMN {name}")

    add.changes_no_row = True  # type: ignore[attr-defined]
    return SeparateDatabaseAndState(
        [RunPython(add, remove)], [AddField(table.partition("_")[2], name, field)]
    )


def _online(editor: BaseDatabaseSchemaEditor) -> bool:
    if editor.connection.vendor != "postgresql":
        return False
    if editor.connection.in_atomic_block:
        raise RuntimeError("Say `atomic = False` in a migration that works online.")
    return True


# Database triggers that keep append-only tables append-only.
#
# The model refuses a change first; the trigger refuses code that goes round the model.

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


@register(Tags.database)
def check_replaced_migrations(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[Error]:
    """One error for each app of which only some of the replaced migrations ran.

    Django has no sentence for it: the files of those are gone.
    """
    on_disk = MigrationLoader(None).disk_migrations
    errors = []
    for alias in databases or ():
        applied = MigrationRecorder(connections[alias]).applied_migrations().keys()
        for migration in on_disk.values():
            replaced = set(migration.replaces)
            gone = not replaced <= on_disk.keys()
            if gone and replaced & applied and not replaced <= applied:
                errors.append(_stopped_before(migration.app_label))
    return errors


def _stopped_before(app: str) -> Error:
    return Error(
        f"The tables of “{app}” are of a version before 0.1.0, or its migration was "
        "stopped half-way.",
        hint="Run `manage.py migrate` of version 0.1.0 to its end, then this one's "
        "(docs/upgrade.md).",
        id="evaltracker.E011",
    )
