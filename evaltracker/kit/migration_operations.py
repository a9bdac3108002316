"""Migration operations beside which the product goes on working.

On PostgreSQL each builds or checks without a lock that readers or writers wait for, so
its migration says `atomic = False`; elsewhere each is Django's own operation. All may
be repeated after a failure in the middle.
"""

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, Field, Model


class AddIndexOnline(AddIndex):
    """Adds an index while others write, by CREATE INDEX CONCURRENTLY."""

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Build it; half an index of a former try is taken away first."""
        if not _online(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
        editor: Any = schema_editor  # PostgreSQL's own has the argument
        editor.add_index(model, self.index, concurrently=True)


class AddConstraintOnline(AddConstraint):
    """A check is added unchecked, then validated; uniqueness begins as an index."""

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add it; what a former try left is taken away first."""
        if not _online(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in self._statements(model, schema_editor):
            schema_editor.execute(statement, params=None)

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
        index, unique = "CREATE UNIQUE INDEX", f"ADD CONSTRAINT {name} UNIQUE"
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

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add it by ALTER TABLE ADD COLUMN, which writes no row."""
        if not self.field.null and not self.field.has_db_default():
            raise ValueError("Give the column a `db_default`, or let it be null.")
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        BaseDatabaseSchemaEditor.add_field(schema_editor, model, field)


class LetBeEmpty(AlterField):
    """Lets a column be empty, and changes nothing else of it.

    Django would take a foreign key away and add it again, and so lock the other table.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take NOT NULL away."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        column = schema_editor.quote_name(model._meta.get_field(self.name).column)
        schema_editor.execute(
            f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the field what it was, as Django does."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)


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
        [RunPython(add, remove)],
        [AddField(table.partition("_")[2], name, field)],
    )


def _online(editor: BaseDatabaseSchemaEditor) -> bool:
    """Whether the database can, and the migration lets it."""
    if editor.connection.vendor != "postgresql":
        return False
    if editor.connection.in_atomic_block:
        raise RuntimeError("Say `atomic = False` in a migration that works online.")
    return True
