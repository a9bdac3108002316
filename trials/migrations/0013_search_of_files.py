"""Files of evidence are found by their names, by an index."""

from django.db import migrations

from evaltracker.toolbox.migrating import AddSearchIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("trials", "0012_verdicts_name_values"),
    ]
    operations = [
        AddSearchIndex(
            "trials_evidence", "evidence_words", ["file_name"], "file_name <> ''"
        ),
    ]
