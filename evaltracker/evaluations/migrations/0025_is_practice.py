from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0024_measures_of_requirements"),
    ]

    operations = [
        AddColumn(
            model_name="evaluation",
            name="is_practice",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
