import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from evaltracker.toolbox.migrating import AddColumn, append_only, never_emptied


def person(**more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("trials", "0020_codes_of_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeftOut",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "left_out_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                ("left_out_by", person()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="left_out",
                        to="trials.runreport",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="left_out",
                        to="trials.run",
                    ),
                ),
                ("taken_back_by", person(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "left out",
                "ordering": ("left_out_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(taken_back_at__isnull=True),
                        fields=("run",),
                        name="run_left_out_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(run__isnull=True, taken_back_at__isnull=True),
                        fields=("report",),
                        name="report_left_out_once",
                    ),
                    models.CheckConstraint(
                        condition=~Q(reason=""), name="left_out_with_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            taken_back_at__isnull=True, taken_back_by__isnull=True
                        )
                        | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                        name="left_out_taken_back_by_somebody",
                    ),
                ],
            },
        ),
        *(
            AddColumn(table, name, field)
            for table in ("trial", "criterion")
            for name, field in (
                (
                    "counted_environment",
                    models.CharField(
                        "environment that counts",
                        blank=True,
                        db_default="",
                        default="",
                        max_length=80,
                    ),
                ),
                (
                    "counted_commit",
                    models.CharField(
                        "commit that counts",
                        blank=True,
                        db_default="",
                        default="",
                        max_length=200,
                    ),
                ),
                (
                    "declared_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            )
        ),
        *(
            AddColumn(
                "measurement",
                name,
                models.JSONField(blank=True, db_default={}, default=dict),
            )
            for name in ("pool", "declared", "left_out")
        ),
        *(
            AddColumn(
                "measurement",
                name,
                models.JSONField(blank=True, db_default=[], default=list),
            )
            for name in ("results_out", "files", "moves", "others")
        ),
        AddColumn(
            "measurement",
            "failed",
            models.PositiveIntegerField(db_default=0, default=0),
        ),
        # New code writes it no more; the column goes in a later release.
        migrations.AlterField(
            "run", "left_out_reason", models.TextField(blank=True, db_default="")
        ),
        append_only("trials_measurement"),
        never_emptied("trials_leftout"),
    ]
