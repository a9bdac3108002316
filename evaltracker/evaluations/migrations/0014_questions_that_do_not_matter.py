from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0013_why_a_category_scores_price"),
    ]
    operations = [
        AddColumn(
            "evaluation",
            "does_not_matter",
            models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="Questions of the brief that this purchase need not answer.",
            ),
        ),
    ]
