"""What columns hold and words mean is remembered by the keys of answers.

What was remembered by places of columns is read by nothing any more.
"""

from typing import Any

from django.db import migrations, models


def forget_places(apps: Any, schema_editor: Any) -> None:
    memories = apps.get_model("evaluations", "ColumnMemory")
    memories.objects.exclude(signature__contains=":").delete()


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0030_views_of_grids")]

    operations = [
        migrations.RunPython(forget_places, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="columnmemory",
            name="columns",
            field=models.JSONField(help_text="By key of an answer, what was said."),
        ),
        migrations.AlterField(
            model_name="columnmemory",
            name="signature",
            field=models.CharField(
                help_text="What the keys begin with: a set of names, or a list of words.",
                max_length=64,
            ),
        ),
    ]
