import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import evaltracker.evaluations.models.evaluation
from evaltracker.toolbox.migrating import AddColumn, append_only


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("trials", "0023_digests_of_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        AddColumn(
            "evidence",
            "others",
            models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        append_only("trials_evidence"),
        migrations.CreateModel(
            name="TakenBack",
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
                ("reason", models.TextField()),
                (
                    "taken_back_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="trials.evidence",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("taken_back_at",),
                "verbose_name_plural": "taken back",
            },
        ),
        append_only("trials_takenback"),
    ]
