from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def count_anew(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the worker count again what was drawn before first places were kept."""
    draws = apps.get_model("workflow", "KeptDraws")
    draws.objects.filter(firsts=[]).update(entries=0)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0014_waiver_requests")]

    operations = [migrations.RunPython(count_anew, migrations.RunPython.noop)]
