import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from evaltracker.toolbox.migrating import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0032_language_of_vendors"),
        ("vendors", "0039_versions_of_documents"),
        ("workflow", "0018_language_of_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnexLine",
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
                    "words",
                    models.TextField(
                        blank=True,
                        help_text="In your words, as agreed. The vendor reads it; name "
                        "nobody else.",
                        verbose_name="what the vendor will do",
                    ),
                ),
                (
                    "due_on",
                    models.DateField(blank=True, null=True, verbose_name="due"),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "ruled_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annex_lines",
                        to="vendors.candidate",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluations.requirement",
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("ruled_at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requirement__isnull", False),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="annex_line_says_something",
                    ),
                ],
            },
        ),
        append_only("workflow_annexline"),
    ]
