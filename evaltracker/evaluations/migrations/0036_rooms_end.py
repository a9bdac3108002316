"""Chat rooms end, and the owners of their evaluations are told by mail."""

import datetime
import uuid
from urllib.parse import urlsplit

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ENDED = "A chat room now needs a bridge."


def end_rooms(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Room by room; it may be repeated."""
    Notice = apps.get_model("evaluations", "Notice")
    rooms = apps.get_model("evaluations", "Webhook").objects.filter(secret="")
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    for room in rooms.filter(removed_at=None).select_related("evaluation"):
        number = uuid.uuid4()
        told = Notice(
            id=number,
            kind="webhook_ended",
            evaluation=room.evaluation,
            subject_id=str(room.pk),
            recipient_id=room.evaluation.owner_id,
            wall_time=now,
            due_at=now,
            next_try_at=now,
            message_id=f"<{number}@{urlsplit(settings.SITE_URL).hostname}>",
        )
        Notice.objects.bulk_create([told], ignore_conflicts=True)
        rooms.filter(pk=room.pk).update(removed_at=now)
        owed = Notice.objects.filter(webhook=room, state__in=("pending", "claimed"))
        owed.update(state="suppressed", suppressed_because=ENDED)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("evaluations", "0035_webhooks")]
    operations = [migrations.RunPython(end_rooms, migrations.RunPython.noop)]
