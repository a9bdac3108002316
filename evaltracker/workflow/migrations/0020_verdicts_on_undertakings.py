import django.db.models.deletion
from django.db import migrations, models

from evaltracker.toolbox.migrating import AddConstraintOnline, LetBeEmpty


def to(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("evaluations", "0032_language_of_vendors"),
        ("workflow", "0019_annex_of_promises"),
    ]

    operations = [
        migrations.AddField("checkverdict", "undertaking", to("workflow.annexline")),
        LetBeEmpty("checkverdict", "requirement", to("evaluations.requirement")),
        AddConstraintOnline(
            model_name="checkverdict",
            constraint=models.UniqueConstraint(
                fields=("promise_check", "undertaking"),
                name="check_verdict_of_undertaking_once",
            ),
        ),
        AddConstraintOnline(
            model_name="checkverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("requirement__isnull", False), ("undertaking__isnull", True)
                    ),
                    models.Q(
                        ("requirement__isnull", True), ("undertaking__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="check_verdict_of_one_line",
            ),
        ),
    ]
