from django.db import migrations, models
from django.db.models import CheckConstraint, Q

from evaltracker.toolbox.migrating import AddColumn, AddConstraintOnline, append_only


class Migration(migrations.Migration):
    # A constraint is checked without a lock that anybody waits for.
    atomic = False
    dependencies = [("trials", "0024_verdicts_taken_back")]
    operations = [
        AddColumn(
            "evidence",
            "took",
            models.DecimalField(
                blank=True,
                decimal_places=1,
                help_text="Days that it took to meet, in halves; blank if nobody "
                "counted.",
                max_digits=5,
                null=True,
            ),
        ),
        AddConstraintOnline(
            "evidence",
            CheckConstraint(
                condition=Q(took=None)
                | Q(took__gte=0, took__lte=2000) & ~Q(source="research"),
                name="evidence_took_some_days",
            ),
        ),
        append_only("trials_evidence"),
    ]
