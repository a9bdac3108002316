"""One world for all tables."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from playwright.sync_api import Playwright
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import User
from tests.lock_order import around_tests
from tests.rights.table import EVERYBODY
from tests.rights.world import build


@pytest.fixture(scope="package")
def people(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, playwright: Playwright
) -> Iterator[dict[str, User]]:
    """One world for the whole table, taken back at its end.

    Playwright is started before: its loop gives Django another connection, on which
    nothing of the world would be seen.
    """
    with django_db_blocker.unblock(), around_tests():
        made = build()
        assert set(made) == set(EVERYBODY)
        yield made
        transaction.set_rollback(True)
