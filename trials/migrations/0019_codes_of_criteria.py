from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("trials", "0018_measurements"),
    ]
    operations = [
        AddColumn(
            "trial",
            "codes",
            models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        AddColumn(
            "criterion",
            "code",
            models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=90
            ),
        ),
    ]
