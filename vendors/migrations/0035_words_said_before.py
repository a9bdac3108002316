"""Words of availability that were explained before are remembered where all are."""

from typing import Any

from django.db import migrations

LIST = "words:availability"


def carry_over(apps: Any, schema_editor: Any) -> None:
    from evaltracker.rows.cells import key

    memory = apps.get_model("evaluations", "ColumnMemory")
    words = apps.get_model("vendors", "StatusWord").objects.order_by("set_at")
    by_evaluation: dict[Any, dict[str, str]] = {}
    last = {}
    for row in words:
        said = "text" if row.availability == "unstated" else row.availability
        columns = by_evaluation.setdefault(row.evaluation_id, {})
        columns[f"{LIST}:{key(row.word)}"] = said
        last[row.evaluation_id] = row
    for evaluation, columns in by_evaluation.items():
        memory.objects.get_or_create(
            evaluation_id=evaluation,
            kind="claims",
            signature=LIST,
            defaults={
                "columns": columns,
                "set_by_id": last[evaluation].set_by_id,
                "set_at": last[evaluation].set_at,
            },
        )


class Migration(migrations.Migration):
    # Each evaluation by itself: done again, it changes nothing.
    atomic = False

    dependencies = [
        ("vendors", "0034_plans_of_sources"),
        ("evaluations", "0031_what_imports_remember"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
