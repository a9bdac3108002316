from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("vendors", "0021_mailed_answer_sheets"),
    ]
    operations = [
        AddColumn(
            "claim",
            "number",
            models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
