from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0026_large_imports"),
    ]

    operations = [
        AddColumn(
            model_name="evaluation",
            name="words",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="What differs from the usual words for demos and trials.",
            ),
        ),
    ]
