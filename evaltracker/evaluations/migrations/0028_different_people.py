from django.db import migrations, models

from evaltracker.evaluations.models.evaluation import check_different_people
from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0027_words_of_proof"),
    ]

    operations = [
        AddColumn(
            model_name="evaluation",
            name="different_people",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                editable=False,
                help_text="By stage, how many different people approve it at least.",
                validators=[check_different_people],
            ),
        ),
    ]
