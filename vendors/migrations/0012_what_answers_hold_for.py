from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("vendors", "0011_salts_of_commitments"),
    ]
    operations = [
        AddColumn("claim", "holds_for", models.JSONField(blank=True, null=True)),
        AddColumn(
            "ruling",
            "named_values",
            models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
