"""Words of evaluations, of requirements and names of people are found by an index."""

from django.db import migrations

from evaltracker.toolbox.migrating import AddSearchIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("evaluations", "0015_lists_of_open_purchases"),
    ]
    operations = [
        AddSearchIndex(
            "evaluations_evaluation", "evaluation_words", ["title", "buyer"]
        ),
        AddSearchIndex("evaluations_requirement", "requirement_words", ["ref", "text"]),
    ]
