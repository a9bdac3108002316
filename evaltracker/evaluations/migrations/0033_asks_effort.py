from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0032_language_of_vendors"),
    ]

    operations = [
        AddColumn(
            model_name="evaluation",
            name="asks_effort",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Ask with each answer what it costs in days, and whose.",
            ),
        ),
    ]
