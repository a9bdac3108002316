"""Webhooks in place of chat rooms.

The table keeps its name, and the columns of rooms stay for code of before; they go in
a later release.
"""

import django.db.models.deletion
from django.db import migrations, models

from evaltracker.toolbox.migrating import AddColumn


def empty_text() -> models.TextField:
    return models.TextField(default="", db_default="", editable=False)


def never() -> models.DateTimeField:
    return models.DateTimeField(null=True, editable=False)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0034_personal_tokens")]

    operations = [
        migrations.RemoveConstraint("chatwebhook", "chat_one_live_per_evaluation"),
        migrations.RemoveConstraint("chatwebhook", "chat_flavour_known"),
        migrations.RemoveConstraint("notice", "notice_to_a_chat_is_a_shadow"),
        migrations.AlterField(
            "chatwebhook",
            "flavour",
            models.CharField(max_length=5, default="", db_default=""),
        ),
        AddColumn(
            "chatwebhook", "types", models.JSONField(default=list, db_default=[])
        ),
        AddColumn("chatwebhook", "secret", empty_text()),
        AddColumn("chatwebhook", "previous_secret", empty_text()),
        AddColumn("chatwebhook", "previous_until", never()),
        AddColumn(
            "chatwebhook",
            "read_upto",
            models.PositiveIntegerField(default=0, db_default=0),
        ),
        AddColumn(
            "chatwebhook",
            "failures",
            models.PositiveSmallIntegerField(default=0, db_default=0),
        ),
        AddColumn("chatwebhook", "paused_at", never()),
        AddColumn("chatwebhook", "ended_at", never()),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("ChatWebhook", "Webhook"),
                migrations.AlterModelTable("webhook", "evaluations_chatwebhook"),
                migrations.RemoveField("webhook", "flavour"),
                migrations.RemoveField("notice", "shadow_of"),
                migrations.AlterField(
                    "webhook",
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="evaluations.evaluation",
                    ),
                ),
            ]
        ),
    ]
