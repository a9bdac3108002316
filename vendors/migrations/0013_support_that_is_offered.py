from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("vendors", "0012_what_answers_hold_for"),
    ]
    operations = [
        AddColumn(
            "candidate",
            "support_offered",
            models.CharField(
                blank=True,
                choices=[
                    (
                        "self_service",
                        "Self-service: documentation and community",
                    ),
                    ("business_hours", "Support in business hours"),
                    ("round_the_clock", "Support around the clock"),
                ],
                db_default="",
                default="",
                help_text="What comes with it; the brief says what is wanted.",
                max_length=16,
            ),
        ),
    ]
