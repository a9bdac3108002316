from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0007_names_of_roles")]
    operations = [
        AddColumn(
            model_name="signoff",
            name="role_name",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40
            ),
        ),
    ]
