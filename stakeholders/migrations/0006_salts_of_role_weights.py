from django.db import migrations, models

from evaltracker.evaluations.models.evaluation import new_salt
from evaltracker.toolbox.migrating import add_empty_column


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [("stakeholders", "0005_conditional_approval")]
    operations = [
        add_empty_column(
            table,
            "salt",
            models.CharField(
                blank=True, default=new_salt, editable=False, max_length=64, null=True
            ),
        )
        for table in ("stakeholders_roleweight",)
    ]
