from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0012_lists_of_the_brief"),
    ]
    operations = [
        AddColumn(
            "category",
            "price_reason",
            models.TextField(
                blank=True,
                db_default="",
                default="",
                verbose_name="why it is scored although it is about price",
                help_text="Price is an axis beside the score. If people score it all "
                "the same, the memo prints why.",
            ),
        ),
    ]
