"""Words of candidates, of answers that stand and of files are found by an index."""

from django.db import migrations

from evaltracker.toolbox.migrating import AddSearchIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("vendors", "0013_support_that_is_offered"),
    ]
    operations = [
        AddSearchIndex("vendors_candidate", "candidate_words", ["name"]),
        AddSearchIndex(
            "vendors_claim", "claim_words", ["statement"], "superseded_at IS NULL"
        ),
        AddSearchIndex("vendors_claimfile", "claim_file_words", ["name"]),
        AddSearchIndex("vendors_vendor", "vendor_words", ["name"]),
    ]
