from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("trials", "0014_who_attends_a_demo"),
    ]
    operations = [
        AddColumn(
            table,
            "measure",
            models.JSONField(blank=True, db_default={}, default=dict),
        )
        for table in ("criterion", "scriptitem")
    ]
