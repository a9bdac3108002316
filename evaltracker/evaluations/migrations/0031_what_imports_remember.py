"""What columns hold and words mean is remembered by the keys of answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0030_views_of_grids")]

    operations = [
        migrations.AlterField(
            model_name="columnmemory",
            name="columns",
            field=models.JSONField(help_text="By key of an answer, what was said."),
        ),
        migrations.AlterField(
            model_name="columnmemory",
            name="signature",
            field=models.CharField(
                help_text="What the keys begin with: a set of names, or a list of words.",
                max_length=64,
            ),
        ),
    ]
