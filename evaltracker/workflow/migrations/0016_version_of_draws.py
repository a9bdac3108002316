from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0015_first_places_of_before")]

    operations = [
        migrations.AlterField(
            model_name="keptdraws",
            name="entries",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="keptdraws",
            name="version",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64
            ),
        ),
    ]
