"""One world for all tables, and everybody signed in."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Playwright
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import User
from tests.lock_order import around_tests
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
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def signed_in(people: dict[str, User]) -> dict[str, Client]:
    """Everybody signed in, each in a client of their own."""
    made = {}
    for name, user in people.items():
        made[name] = Client()
        made[name].force_login(
            user, backend="django.contrib.auth.backends.ModelBackend"
        )
    return made
