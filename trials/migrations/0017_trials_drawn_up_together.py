from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [("trials", "0016_runs")]

    operations = [
        AddColumn(
            model_name="trial",
            name="drawn_up",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        AddColumn(
            model_name="trial",
            name="difference",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="What differs from the other finalists' trials, and why.",
            ),
        ),
        AddColumn(
            model_name="criterion",
            name="shared",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
    ]
