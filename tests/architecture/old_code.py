"""What a migration may do while code of the version before still runs (T56).

Expand first: add what old code does not know and need not fill. Contract later, in a
release after the last one whose code used what goes, and say so in the migration:
`contracts = "the release since which nothing uses it"`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.migrations import Migration
from django.db.migrations import operations as django_operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from evaltracker.toolbox.migrating import (
    AddConstraintOnline,
    AddIndexOnline,
    LetBeEmpty,
)

# Tables whose rows grow with every call; an index built under a lock stops them all.
LARGE = {
    *("entry", "notice", "claim", "score", "evidence", "costline", "accountentry"),
    *("refusedcall", "idempotencyrecord"),
}
TAKES_AWAY = (
    django_operations.DeleteModel,
    django_operations.RemoveField,
    django_operations.RenameField,
    django_operations.RenameModel,
    django_operations.AlterModelTable,
)


def faults_of(migration: Migration, before: ProjectState) -> Iterator[str]:
    """A sentence for each thing that old code, or who waits, could not live with."""
    state = before.clone()
    made: set[str] = set()
    for operation in _flat(migration.operations):
        if isinstance(operation, django_operations.CreateModel):
            made.add(operation.name_lower)
        for fault in _faults(operation, migration, state, made):
            yield f"{migration.app_label}.{migration.name}: {fault}"
        operation.state_forwards(migration.app_label, state)


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, django_operations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _faults(
    operation: Any, migration: Migration, state: ProjectState, made: set[str]
) -> Iterator[str]:
    """Of one operation; what the migration makes itself nobody uses yet."""
    of = str(getattr(operation, "model_name", "")).lower()
    if of in made and of:
        return
    what = operation.describe()
    if isinstance(operation, TAKES_AWAY):
        if not getattr(migration, "contracts", ""):
            yield (
                f"“{what}” takes away what old code still uses. Stop using it in this "
                "release; take it away in a later one, whose migration says "
                '`contracts = "the release that stopped using it"`.'
            )
    elif isinstance(operation, django_operations.AddField):
        yield from _added(operation, of, what)
    elif isinstance(operation, django_operations.AlterField):
        field = state.models[migration.app_label, of].fields[operation.name]
        yield from _altered(field, operation, what)
    elif isinstance(operation, django_operations.AddIndex):
        if not isinstance(operation, AddIndexOnline):
            yield (
                f"“{what}” builds an index under a lock. Write AddIndexOnline of "
                "evaltracker.toolbox.migrating, and `atomic = False`."
            )
    elif isinstance(operation, django_operations.AddConstraint):
        if not isinstance(operation, AddConstraintOnline):
            yield (
                f"“{what}” reads the whole table under a lock. Write "
                "AddConstraintOnline of evaltracker.toolbox.migrating, and "
                "`atomic = False`."
            )
    elif isinstance(operation, (django_operations.RunPython, django_operations.RunSQL)):
        code = getattr(operation, "code", None)
        if migration.atomic and not getattr(code, "changes_no_row", False):
            yield (
                f"“{what}” holds its locks until all rows are done. Give the rows a "
                "migration of their own with `atomic = False`, and do them in batches."
            )


def _added(operation: Any, of: str, what: str) -> Iterator[str]:
    field = operation.field
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield (
            f"“{what}” is NOT NULL without a default of the database, so old code "
            "cannot add a row. Give it `db_default=`, or let it be null."
        )
    if of in LARGE and (field.db_index or field.unique):
        yield (
            f"“{what}” builds an index on a large table under a lock. Give the field "
            "`db_index=False`, and the index by AddIndexOnline in the next migration."
        )


def _altered(before: Any, operation: Any, what: str) -> Iterator[str]:
    after = operation.field
    if before.remote_field and not isinstance(operation, LetBeEmpty):
        yield (
            f"“{what}” takes the foreign key away and adds it again, so nobody may use "
            "the other table meanwhile. Write LetBeEmpty of "
            "evaltracker.toolbox.migrating, if that is all it changes."
        )
    if before.null and not after.null and not after.has_db_default():
        yield (
            f"“{what}” makes NOT NULL what old code leaves empty. Give it "
            "`db_default=` in an earlier release and fill its rows there."
        )
    longer = isinstance(after, models.CharField) and (
        (after.max_length or 10**9) >= (before.max_length or 10**9)
    )
    same = before.get_internal_type() == after.get_internal_type()
    if not same or (isinstance(after, models.CharField) and not longer):
        yield (
            f"“{what}” changes the column's type, which writes the table anew under a "
            "lock. Add a second column, write both, and move over in a later release."
        )
    if (after.db_index or after.unique) and not (before.db_index or before.unique):
        yield f"“{what}” builds an index under a lock. Use AddIndexOnline instead."
