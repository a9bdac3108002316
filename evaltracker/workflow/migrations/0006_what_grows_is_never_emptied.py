"""TRUNCATE is refused of whatever only grows, or is amended and never taken away."""

from django.db import migrations

from evaltracker.toolbox.migrating import append_only, never_emptied

GROWS = (
    "evaluations_entry",
    "evaluations_importedhistory",
    "stakeholders_signoff",
    "trials_agreement",
    "trials_contractchange",
    "trials_evidence",
    "workflow_waiver",
)
KEPT = (
    "evaluations_accountentry",
    "evaluations_evaluation",
    "evaluations_journalhead",
    "evaluations_visit",
    "stakeholders_signeddocument",
    "vendors_claim",
    "vendors_priceopening",
    "workflow_decision",
)


class Migration(migrations.Migration):
    # Table by table, so that no lock is held while another one is waited for.
    atomic = False
    dependencies = [
        ("evaluations", "0001_squashed_0009_index_for_unclear_notices"),
        ("stakeholders", "0001_squashed_0003_index_for_every_list"),
        ("vendors", "0001_squashed_0010_prices_opened_by_two_people"),
        ("trials", "0001_squashed_0010_demos_called_off"),
        ("workflow", "0001_squashed_0005_what_follows_what"),
    ]
    operations = [
        *(append_only(table) for table in GROWS),
        never_emptied(*KEPT),
    ]
