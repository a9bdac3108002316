from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0023_owner_types_prices"),
    ]
    operations = [
        AddColumn(
            "requirement",
            "measure",
            models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
    ]
