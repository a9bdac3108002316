from django.db import migrations, models

from evaltracker.evaluations.models.evaluation import new_salt
from evaltracker.toolbox.migrating import add_empty_column


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [("vendors", "0031_peoples_tokens_and_drafts")]
    operations = [
        add_empty_column(
            table,
            "salt",
            models.CharField(
                blank=True, default=new_salt, editable=False, max_length=64, null=True
            ),
        )
        for table in ("vendors_conflict", "vendors_proposal")
    ]
