import uuid

import django.db.models.deletion
from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0011_what_entries_commit_to"),
    ]
    operations = [
        AddColumn(
            model_name="evaluation",
            name="prior",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="How open verdicts are drawn; empty: 70, 20 and 10 %, worth 10.",
            ),
        ),
        migrations.CreateModel(
            name="Scope",
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
                (
                    "name",
                    models.CharField(
                        help_text="E.g. Runs on, or Languages.", max_length=60
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scopes",
                        to="evaluations.evaluation",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evaluation", "name"), name="scope_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScopeValue",
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
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="evaluations.scope",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope", "name"), name="scope_value_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Demand",
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
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="evaluations.scope",
                    ),
                ),
            ],
            options={
                "ordering": ("scope__position", "scope__name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("requirement", "scope"), name="demand_once"
                    )
                ],
            },
        ),
    ]
