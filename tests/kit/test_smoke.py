"""On the database of the demo the commands of an installation work."""

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


def test_the_configuration_is_checked_and_nothing_is_left_to_migrate() -> None:
    call_command("check")
    call_command("migrate", check_unapplied=True, verbosity=0)
    assert "evaluations_evaluation" in connection.introspection.table_names()
