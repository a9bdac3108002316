"""The database refuses changes to what only grows, however a table was altered."""

from importlib import import_module

import pytest
from django.db import connection

GROWS = import_module(
    "evaltracker.workflow.migrations.0006_what_grows_is_never_emptied"
).GROWS
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
NAMES = {
    "sqlite": ("{}_UPDATE_refused", "{}_DELETE_refused"),
    "postgresql": ("{}_only_grows", "{}_not_emptied"),
}
pytestmark = pytest.mark.smoke


@pytest.mark.django_db
def test_no_migration_has_lost_a_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    wanted = {
        name.format(table) for table in GROWS for name in NAMES[connection.vendor]
    }
    assert wanted | {"stakeholders_signoff_not_the_owners"} <= there
