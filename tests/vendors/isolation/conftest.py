"""The vendor API alone, three rivals, and calls that count against nobody."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from tests.lock_order import around_tests
from tests.served import vendor_login
from tests.vendors.isolation.world import World, build_world
from vendors.isolation.roles import SCHEMA, build_wall


@pytest.fixture(autouse=True)
def _vendor_process(settings: Any) -> Iterator[None]:
    """The addresses of the vendor process, without throttles and log lines."""
    # The description tells the limits as they are when it is first read.
    import_module("vendors.api.schema")
    settings.ROOT_URLCONF = "evaltracker.vendor_urls"
    settings.VENDOR_CALLS_PER_MINUTE = 10**9
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 10**9
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def require_superuser() -> None:
    """Roles are made and given away here, which an ordinary role may not do."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        if cursor.fetchone() != ("on",):
            pytest.skip("DATABASE_URL is no superuser's (./dev test starts one's)")


@pytest.fixture
def role(db: None) -> str:
    """The vendor role of this database; it goes with the test's transaction.

    Roles are of the whole server, so each database of a parallel run has its own.
    """
    require_superuser()
    name = f"vendor_of_{connection.settings_dict['NAME']}"
    build_wall(connection, role=name)
    return name


@pytest.fixture
def world(db: None) -> World:
    """Acme, Globex and Initech in one evaluation."""
    return build_world()


@pytest.fixture
def login(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """VENDOR_DATABASE_URL of a role that `harden_database` made; gone afterwards."""
    require_superuser()
    with vendor_login() as url:
        monkeypatch.setenv("VENDOR_DATABASE_URL", url)
        yield url


@contextmanager
def behind(role: str) -> Iterator[None]:
    """Ask the database as the vendor process would, and come back."""
    with around_tests(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL search_path = {SCHEMA}, public")
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(role)}")
        yield
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL search_path = public")
