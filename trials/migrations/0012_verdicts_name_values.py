from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn, AddConstraintOnline, append_only


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("trials", "0011_salts_of_commitments"),
        ("vendors", "0012_what_answers_hold_for"),
    ]
    operations = [
        *(
            AddColumn(
                table,
                "named_values",
                models.JSONField(blank=True, db_default={}, default=dict),
            )
            for table in ("criterion", "scriptitem", "evidence", "excuse")
        ),
        AddColumn(
            "evidence",
            "runner",
            models.CharField(
                blank=True,
                choices=[
                    ("", "not recorded"),
                    ("us", "us"),
                    ("together", "together"),
                    ("vendor", "the vendor"),
                ],
                db_default="",
                default="",
                help_text="Who ran the demo or trial.",
                max_length=8,
            ),
        ),
        AddColumn(
            "evidence",
            "data",
            models.CharField(
                blank=True,
                choices=[
                    ("", "not recorded"),
                    ("ours", "ours"),
                    ("vendor", "the vendor's"),
                ],
                db_default="",
                default="",
                help_text="Whose data it ran on.",
                max_length=6,
            ),
        ),
        AddConstraintOnline(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("runner__in", ["", "us", "together", "vendor"])),
                name="evidence_runner_known",
            ),
        ),
        AddConstraintOnline(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("data__in", ["", "ours", "vendor"])),
                name="evidence_data_known",
            ),
        ),
        append_only("trials_evidence"),
    ]
