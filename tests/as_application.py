"""TEST_AS_APPLICATION=1: every test asks PostgreSQL as the application role does.

The database is made by its owner. From then on each connection takes the role that
`vendors.isolation.roles` lists the rights of, so a flow that lacks one fails. What
only an owner does to prepare a test, or to clean up behind it, is done in
`ownership()`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from vendors.isolation.roles import build_house, build_wall, lift_wall

VARIABLE = "TEST_AS_APPLICATION"


@pytest.fixture(autouse=True, scope="session")
def _as_application(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let connections of this run be the application's."""
    if os.environ.get(VARIABLE) != "1":
        yield
        return
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock():
        if connection.vendor != "postgresql":
            raise pytest.UsageError(f"{VARIABLE} needs PostgreSQL.")
        # Roles are of the whole server; parallel workers have a database each.
        name = connection.settings_dict["NAME"]
        app, vendor = f"app_in_{name}", f"vendor_in_{name}"
        build_house(connection, role=app)
        build_wall(connection, role=vendor, house=[app])
        options = connection.settings_dict["OPTIONS"]
        connection.close()
        options["assume_role"] = app
    yield
    with django_db_blocker.unblock():
        del options["assume_role"]
        connection.close()
        lift_wall(connection, role=vendor)
        with connection.cursor() as cursor:
            for role in (app, vendor):
                cursor.execute(f'DROP OWNED BY "{role}"')
                cursor.execute(f'DROP ROLE "{role}"')


def assumed_role() -> str | None:
    """The application role that connections take; None where they are the owner's."""
    role: str | None = connection.settings_dict["OPTIONS"].get("assume_role")
    return role


@contextmanager
def ownership() -> Iterator[None]:
    """Do what only an owner of the database may, in this connection's transaction."""
    role = assumed_role()
    if role is None:
        yield
        return
    # With an error the savepoint brings the role back.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield
        cursor.execute(f'SET LOCAL ROLE "{role}"')


def skip_without_owner() -> None:
    """Leave out the test that asks, where connections are the application's."""
    if assumed_role():
        pytest.skip(f"needs the owner of the database; {VARIABLE} is set")
