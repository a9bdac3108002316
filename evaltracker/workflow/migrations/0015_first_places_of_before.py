from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 200


def count_anew(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the worker count again what was drawn before first places were kept."""
    draws = apps.get_model("workflow", "KeptDraws")
    waiting = list(draws.objects.filter(firsts=[]).values_list("pk", flat=True))
    for place in range(0, len(waiting), BATCH):
        draws.objects.filter(pk__in=waiting[place : place + BATCH]).update(entries=0)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("workflow", "0014_waiver_requests")]

    operations = [migrations.RunPython(count_anew, migrations.RunPython.noop)]
