"""No migration of a database that is older than what this version upgrades from."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


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
