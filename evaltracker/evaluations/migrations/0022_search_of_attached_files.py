"""Attached files are found by their names, by an index."""

from django.db import migrations

from evaltracker.toolbox.migrating import AddSearchIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("evaluations", "0021_attached_files"),
    ]
    operations = [
        AddSearchIndex(
            "evaluations_attachedfile",
            "attached_file_words",
            ["name"],
            "removed_at IS NULL",
        ),
    ]
