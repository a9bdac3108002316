"""Interests belong to people, not to their roles; what is replaced stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_people(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """One declaration per person and candidate stands: what bars, else the newest."""
    conflicts: Any = apps.get_model("vendors", "Conflict").objects
    standing: dict[tuple[Any, Any], Any] = {}
    rows = conflicts.select_related("stakeholder").order_by("declared_at")
    for one in sorted(rows, key=lambda row: row.has_interest and not row.cleared_by_id):
        one.person_id = one.stakeholder.user_id
        key = (one.candidate_id, one.person_id)
        if key in standing:
            standing[key].replaced_at = one.declared_at
            standing[key].save(update_fields=["replaced_at"])
        standing[key] = one
        if one.cleared_by_id:
            one.cleared_at = one.declared_at
        one.save(update_fields=["person", "cleared_at"])
    if editor.connection.vendor == "postgresql":
        # Foreign keys are checked now: a table with checks to come cannot change.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("vendors", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("conflict", "conflict_declared_once"),
        migrations.AddField(
            "conflict",
            "person",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "conflict", "replaced_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "conflict", "cleared_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunPython(name_people, migrations.RunPython.noop),
        migrations.AlterField(
            "conflict",
            "person",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveField("conflict", "stakeholder"),
        migrations.AddConstraint(
            "conflict",
            models.UniqueConstraint(
                condition=models.Q(replaced_at__isnull=True),
                fields=("candidate", "person"),
                name="conflict_one_stands",
            ),
        ),
    ]
