"""The product goes on behind its own forced policies, also where it owns its tables."""

import pytest
from django.apps import apps
from django.db import connection

from evaltracker.evaluations.verifying import find_break
from tests.vendors.isolation.conftest import require_superuser
from tests.vendors.isolation.world import World, build_world
from vendors.isolation.access import walled_tables
from vendors.isolation.roles import build_wall

pytestmark = pytest.mark.postgres


@pytest.fixture
def owner(db: None) -> str:
    """An owner of all tables that is no superuser, as on a hosted PostgreSQL."""
    require_superuser()
    name = f"owner_of_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{name}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{name}"')
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{table}" OWNER TO "{name}"')
    build_wall(connection, role=f"vendor_of_{connection.settings_dict['NAME']}")
    return name


def test_an_owner_that_is_no_superuser_writes_and_reads_all_rows(owner: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{owner}"')
        world: World = build_world()
        told = counts()
        assert find_break(world.shared) is None
        cursor.execute("RESET ROLE")
        assert told == counts()
        assert told["vendors_claim"] == 33


def counts() -> dict[str, int]:
    """How many rows of each walled table are seen."""
    return {
        model._meta.db_table: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.db_table in walled_tables()
    }
