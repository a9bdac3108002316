from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0031_what_imports_remember"),
    ]

    operations = [
        AddColumn(
            model_name="evaluation",
            name="vendor_language",
            field=models.CharField(
                choices=[("de", "Deutsch"), ("fr", "Français"), ("en", "English")],
                db_default="en",
                default="en",
                help_text="Vendors read pages and mails in it until they choose another.",
                max_length=2,
            ),
        ),
    ]
