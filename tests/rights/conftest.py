"""One world for all tables."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import transaction
from playwright.sync_api import Playwright
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from tests.fixture_cache import count_rows, run_folder
from tests.lock_order import around_tests
from tests.rights.addresses import address, page_addresses
from tests.rights.answers import Answers, unchanged_world
from tests.rights.table import EVERYBODY
from tests.rights.world import shared


@pytest.fixture(scope="package")
def people(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    playwright: Playwright,
) -> Iterator[dict[str, User]]:
    """One world for the whole table, taken back at its end.

    Playwright is started before: its loop gives Django another connection, on which
    nothing of the world would be seen.
    """
    with django_db_blocker.unblock(), around_tests():
        made = shared(run_folder(request))
        count_rows()
        assert set(made) == set(EVERYBODY)
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def acts_at(
    people: dict[str, User], django_db_blocker: DjangoDbBlocker
) -> dict[str, str]:
    """The address of every act."""
    with django_db_blocker.unblock():
        return {name: address(name) for name in sorted(ACTS)}


@pytest.fixture(scope="package")
def pages_at(
    people: dict[str, User], django_db_blocker: DjangoDbBlocker
) -> dict[str, str]:
    """The address of every page."""
    with django_db_blocker.unblock():
        return page_addresses()


@pytest.fixture
def answers(
    request: pytest.FixtureRequest,
    db: None,
    people: dict[str, User],
    counted_lately: None,
) -> Iterator[Answers]:
    """What people read in this world; who changes it may not ask for them."""
    with unchanged_world():
        yield Answers(people, run_folder(request))


@pytest.fixture
def counted_lately(settings: Settings) -> Iterator[None]:
    """The numbers beside every page are kept, as they are for half a minute: a third of
    what a walk over many pages would ask."""
    settings.COUNT_AGAIN_SECONDS = 3600
    yield
    caches["process"].clear()
