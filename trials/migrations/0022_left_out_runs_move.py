"""Runs that were left out get a row that says so; their columns are read no more.

The columns stay for code of before, and go in a later release.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

AT_ONCE = 500
COLUMNS = ("left_out_at", "left_out_by", "left_out_reason")


def move_left_out(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    LeftOut = apps.get_model("trials", "LeftOut")
    runs: Any = apps.get_model("trials", "Run").objects
    there = LeftOut.objects.filter(run__isnull=False).values("run")
    left_out = runs.filter(left_out_at__isnull=False).exclude(pk__in=there)
    keys = list(left_out.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        LeftOut.objects.bulk_create(
            LeftOut(
                report_id=run.report_id,
                run_id=run.pk,
                reason=run.left_out_reason,
                left_out_by_id=run.left_out_by_id,
                left_out_at=run.left_out_at,
            )
            for run in runs.filter(pk__in=keys[start : start + AT_ONCE])
        )


def move_back(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    runs: Any = apps.get_model("trials", "Run").objects
    # Those of before were never taken back where they are left out no more.
    runs.filter(left_out_at__isnull=False).update(
        left_out_at=None, left_out_by=None, left_out_reason=""
    )
    standing = apps.get_model("trials", "LeftOut").objects.filter(taken_back_at=None)
    for row in standing.order_by("run"):
        one = Q(report=row.report_id) if row.run_id is None else Q(pk=row.run_id)
        runs.filter(one).update(
            left_out_at=row.left_out_at,
            left_out_by=row.left_out_by_id,
            left_out_reason=row.reason,
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("trials", "0021_runs_in_pools")]
    operations = [
        migrations.RunPython(move_left_out, move_back),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("run", "run_left_out_with_a_reason"),
                *(migrations.RemoveField("run", name) for name in COLUMNS),
            ]
        ),
    ]
