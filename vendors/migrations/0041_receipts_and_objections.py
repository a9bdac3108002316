import uuid

import django.db.models.deletion
from django.db import migrations, models

import evaltracker.evaluations.models.evaluation
from evaltracker.toolbox.migrating import append_only


def key() -> tuple[str, models.UUIDField]:
    return (
        "id",
        models.UUIDField(
            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
        ),
    )


def salt() -> tuple[str, models.CharField]:
    return (
        "salt",
        models.CharField(
            blank=True,
            default=evaltracker.evaluations.models.evaluation.new_salt,
            editable=False,
            max_length=64,
            null=True,
        ),
    )


def to(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="%(class)ss",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("vendors", "0040_efforts"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentObjection",
            fields=[
                key(),
                salt(),
                ("line", models.CharField(max_length=10)),
                ("words", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=300)),
                ("candidate", to("vendors.candidate")),
                ("document", to("vendors.publisheddocument")),
            ],
            options={"ordering": ("made_at",), "abstract": False},
        ),
        append_only("vendors_documentobjection"),
        migrations.CreateModel(
            name="DocumentReceipt",
            fields=[
                key(),
                salt(),
                ("name", models.CharField(max_length=150)),
                ("address", models.CharField(blank=True, default="", max_length=254)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=300)),
                ("candidate", to("vendors.candidate")),
                ("document", to("vendors.publisheddocument")),
            ],
            options={
                "ordering": ("made_at",),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidate", "document"), name="document_receipt_once"
                    )
                ],
            },
        ),
        append_only("vendors_documentreceipt"),
    ]
