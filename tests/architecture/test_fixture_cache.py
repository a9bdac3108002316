"""What factories wrote stays usable after a test that empties the tables."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.fixture_cache import GROUND

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def permissions() -> str:
    """How permissions and content types are numbered."""
    with connection.cursor() as cursor:
        cursor.execute(GROUND)
        (numbers, *_) = cursor.fetchone() or ("",)
    return str(numbers)


def test_permissions_are_numbered_as_before_once_the_tables_were_emptied() -> None:
    before = permissions()
    call_command("flush", interactive=False, verbosity=0)
    assert permissions() == before
