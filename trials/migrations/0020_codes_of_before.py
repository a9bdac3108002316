"""Criteria of before get the code that programs call them by, in their order.

Back, the column stays and nobody reads it.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from evaltracker.toolbox.migrating import AddConstraintOnline, append_only


def key_of(code: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in code.lower()).strip("_")


def give_codes(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Trial by trial; what has a code keeps it."""
    trials: Any = apps.get_model("trials", "Trial").objects
    criteria: Any = apps.get_model("trials", "Criterion").objects
    waiting = criteria.filter(code="").order_by().values_list("trial", flat=True)
    for pk in list(waiting.distinct()):
        with transaction.atomic():
            trial = trials.select_for_update().get(pk=pk)
            taken = {key_of(code) for code in trial.codes}
            rows = criteria.filter(trial=pk, code="").select_related("requirement")
            for row in rows.order_by("position", "pk"):
                row.code, number = row.requirement.ref, 1
                while key_of(row.code) in taken:
                    number += 1
                    row.code = f"{row.requirement.ref}-{number}"
                taken.add(key_of(row.code))
                trial.codes.append(row.code)
                criteria.filter(pk=row.pk).update(code=row.code)
            trials.filter(pk=pk).update(codes=trial.codes)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("trials", "0019_codes_of_criteria"),
    ]
    operations = [
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        AddConstraintOnline(
            model_name="criterion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("trial", "code"),
                name="criterion_code_once",
            ),
        ),
        # AddConstraintOnline takes the former one away itself.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("runreport", "run_report_format_known")
            ]
        ),
        migrations.AlterField(
            model_name="runreport",
            name="format",
            field=models.CharField(
                choices=[
                    ("json", "JSON"),
                    ("pytest_benchmark", "pytest-benchmark"),
                    ("hyperfine", "hyperfine"),
                    ("k6", "k6 summary"),
                    ("junit", "JUnit XML"),
                    ("in_toto", "in-toto test result, reported"),
                ],
                max_length=20,
            ),
        ),
        AddConstraintOnline(
            model_name="runreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "format__in",
                        [
                            *("json", "pytest_benchmark", "hyperfine", "k6"),
                            *("junit", "in_toto"),
                        ],
                    )
                ),
                name="run_report_format_known",
            ),
        ),
        append_only("trials_runreport"),
    ]
