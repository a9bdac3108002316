from django.db import migrations, models

from evaltracker.toolbox.migrating import AddConstraintOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("vendors", "0033_kinds_of_cost")]

    operations = [
        # AddConstraintOnline takes the former one away itself.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="claim", name="claim_planned_has_a_date"
                ),
            ]
        ),
        AddConstraintOnline(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("availability", "planned"), _negated=True),
                    ("available_from__isnull", False),
                    ("by_vendor", False),
                    _connector="OR",
                ),
                name="claim_planned_has_a_date",
            ),
        ),
    ]
