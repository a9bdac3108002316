import uuid

import django.db.models.deletion
from django.db import migrations, models

import evaltracker.evaluations.models.evaluation
from evaltracker.toolbox.migrating import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("vendors", "0040_efforts"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentReply",
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
                    "salt",
                    models.CharField(
                        blank=True,
                        default=evaltracker.evaluations.models.evaluation.new_salt,
                        editable=False,
                        max_length=64,
                        null=True,
                    ),
                ),
                ("line", models.CharField(blank=True, max_length=10)),
                ("words", models.TextField()),
                ("address", models.CharField(blank=True, default="", max_length=254)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=300)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="vendors.publisheddocument",
                    ),
                ),
            ],
            options={
                "ordering": ("made_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("document",),
                        condition=models.Q(("line", "")),
                        name="document_confirmed_once",
                    )
                ],
            },
        ),
        append_only("vendors_documentreply"),
    ]
