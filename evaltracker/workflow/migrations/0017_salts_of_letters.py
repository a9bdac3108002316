from django.db import migrations, models

from evaltracker.evaluations.models.evaluation import new_salt
from evaltracker.toolbox.migrating import add_empty_column


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [("workflow", "0016_version_of_draws")]
    operations = [
        add_empty_column(
            table,
            "salt",
            models.CharField(
                blank=True, default=new_salt, editable=False, max_length=64, null=True
            ),
        )
        for table in ("workflow_letter",)
    ]
