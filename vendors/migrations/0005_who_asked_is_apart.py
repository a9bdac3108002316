"""Who asked a question stands in a row of its own, which its vendor alone reads."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import django.db.models.deletion
from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def set_apart(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The asker and the words of every question that a vendor asked."""
    questions: Any = apps.get_model("vendors", "Question").objects
    asking: Any = apps.get_model("vendors", "Asking")
    asking.objects.bulk_create(
        (
            asking(question=one, candidate_id=one.candidate_id, words=one.text)
            for one in questions.filter(candidate__isnull=False).iterator()
        ),
        batch_size=500,
    )


def put_back(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The asker into the row of the question."""
    questions: Any = apps.get_model("vendors", "Question").objects
    askings: Any = apps.get_model("vendors", "Asking").objects
    for one in askings.iterator():
        questions.filter(pk=one.question_id).update(candidate=one.candidate_id)


class Migration(migrations.Migration):
    dependencies = [("vendors", "0004_last_seen")]

    operations = [
        migrations.CreateModel(
            name="Asking",
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
                ("words", models.TextField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="askings",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="askings",
                        to="vendors.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "question"), name="asking_once"
                    )
                ],
            },
        ),
        migrations.RunPython(set_apart, put_back),
        migrations.RemoveField(model_name="question", name="candidate"),
    ]
