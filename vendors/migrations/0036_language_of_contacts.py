from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("vendors", "0035_words_said_before"),
    ]

    operations = [
        AddColumn(
            model_name="contact",
            name="language",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=5
            ),
        ),
    ]
