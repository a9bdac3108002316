"""What open purchases say of infrastructure and languages becomes lists.

No requirement has to hold for them until an owner marks it. Ended purchases keep the two
fields as they are.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PLACES = {
    "aws": "AWS",
    "gcp": "Google Cloud",
    "azure": "Azure",
    "on_prem": "on premises",
}
LIMIT = 60


def lists_of(evaluation: Any) -> dict[str, list[str]]:
    """The values of each list that the old fields come to; a blank one has none."""
    places = [PLACES[value] for value in evaluation.infrastructure if value in PLACES]
    words = [word.strip()[:LIMIT] for word in evaluation.languages.split(",")]
    lists = {
        "Runs on": list(dict.fromkeys(places)),
        "Languages": list(dict.fromkeys(word for word in words if word)),
    }
    return {name: values for name, values in lists.items() if values}


def bring_lists(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Evaluation by evaluation; one that has lists keeps those."""
    models = [apps.get_model("evaluations", name) for name in ("Scope", "ScopeValue")]
    Evaluation: Any = apps.get_model("evaluations", "Evaluation")
    for evaluation in Evaluation.objects.filter(status="open", scopes=None).iterator():
        with transaction.atomic():
            write_lists(evaluation, *models)


def write_lists(evaluation: Any, scopes: Any, scope_values: Any) -> None:
    for position, (name, values) in enumerate(lists_of(evaluation).items(), 1):
        scope = scopes.objects.create(
            evaluation=evaluation, name=name, position=position
        )
        scope_values.objects.bulk_create(
            scope_values(scope=scope, name=value, position=at)
            for at, value in enumerate(values, 1)
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("evaluations", "0014_questions_that_do_not_matter"),
    ]
    operations = [migrations.RunPython(bring_lists, migrations.RunPython.noop)]
