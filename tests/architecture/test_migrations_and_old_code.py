"""Old code can live with every migration after 798e31d."""

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from evaltracker.toolbox.migrating import (
    AddConstraintOnline,
    AddIndexOnline,
    LetBeEmpty,
)
from tests.architecture.old_code import faults_of

# The last of each app at 798e31d; nobody upgrades from before it.
BEFORE = {
    "evaluations": "0009",
    "stakeholders": "0003",
    "vendors": "0010",
    "trials": "0010",
    "workflow": "0005",
}
TABLE, NAME = "Notice", "address"


def test_old_code_can_live_with_every_migration() -> None:
    loader = MigrationLoader(None)
    faults = [
        fault
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if app in BEFORE and name[:4] > BEFORE[app]
        for fault in faults_of(
            migration, loader.project_state((app, name), at_end=False)
        )
    ]
    assert faults == [], "\n".join(faults)


def a_migration(
    *operations: Any, atomic: bool = True, contracts: str = ""
) -> Migration:
    """One that follows those of today."""
    said = {"operations": operations, "atomic": atomic, "contracts": contracts}
    made: type[Migration] = type("Migration", (migrations.Migration,), said)
    return made("9999_tried", "evaluations")


OWNER = models.ForeignKey("evaluations.User", models.PROTECT, null=True)
A_TEXT = models.CharField(max_length=9)
INDEX = models.Index(fields=["state"], name="tried")
CHECK = models.CheckConstraint(condition=models.Q(attempts__gte=0), name="tried")
REFUSED = {
    "takes away": migrations.RemoveField(TABLE, NAME),
    "old code still uses. Stop": migrations.RenameField(TABLE, NAME, "other"),
    "takes": migrations.DeleteModel(TABLE),
    "without a default": migrations.AddField(TABLE, "more", A_TEXT),
    "on a large table": migrations.AddField(
        TABLE, "more", models.CharField(max_length=9, null=True, db_index=True)
    ),
    "AddIndexOnline": migrations.AddIndex(TABLE, INDEX),
    "AddConstraintOnline": migrations.AddConstraint(TABLE, CHECK),
    "in batches": migrations.RunPython(migrations.RunPython.noop),
    "migration of their own": migrations.RunSQL("UPDATE x SET y = 1"),
    "type": migrations.AlterField(TABLE, NAME, models.CharField(max_length=2)),
    "the other table": migrations.AlterField("Evaluation", "owner", OWNER),
    "second column": migrations.AlterField(TABLE, NAME, models.JSONField()),
    "leaves empty": migrations.AlterField("User", "erased_at", models.DateTimeField()),
}
TAKEN = [
    a_migration(migrations.AddField(TABLE, "more", models.TextField(null=True))),
    a_migration(migrations.AddField(TABLE, "more", models.TextField(db_default=""))),
    a_migration(AddIndexOnline(TABLE, INDEX), atomic=False),
    a_migration(AddConstraintOnline(TABLE, CHECK), atomic=False),
    a_migration(migrations.RunPython(migrations.RunPython.noop), atomic=False),
    a_migration(LetBeEmpty("Evaluation", "owner", OWNER)),
    a_migration(migrations.RemoveField(TABLE, NAME), contracts="1.2"),
    a_migration(
        migrations.CreateModel(
            "Tried", [("id", models.BigAutoField(primary_key=True))]
        ),
        migrations.AddIndex("Tried", models.Index(fields=["id"], name="tried")),
    ),
]


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_old_code_cannot_live_with_is_refused(sentence: str) -> None:
    state = MigrationLoader(None).project_state()
    said = list(faults_of(a_migration(REFUSED[sentence]), state))
    assert len(said) == 1
    assert sentence in said[0]


@pytest.mark.parametrize("migration", TAKEN)
def test_what_only_adds_is_taken(migration: Migration) -> None:
    assert list(faults_of(migration, MigrationLoader(None).project_state())) == []
