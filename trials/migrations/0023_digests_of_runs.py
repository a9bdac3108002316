from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trials", "0022_left_out_runs_move")]
    operations = [
        migrations.AddField(
            model_name="runreport",
            name="runs_sha256",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
        ),
    ]
