"""A migration's statements run together, so nobody waits while Django thinks."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection

from vendors.isolation.roles import patient_editor

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ADD = "ALTER TABLE patience_tried ADD COLUMN more integer"


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    """A table that is altered, and gone afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE patience_tried (id integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE patience_tried")


def editor() -> Any:
    """What `migrate` has Django alter tables with, in a transaction."""
    return patient_editor(connection.SchemaEditorClass, say=str)(connection)


def columns() -> list[str]:
    """What the table has, as the connection of the migration sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM patience_tried")
        return [column.name for column in cursor.description or ()]


def look_from_elsewhere() -> None:
    """Somebody reads the table, and waits for nobody.

    Raises:
        psycopg.errors.LockNotAvailable: somebody holds it.

    """
    base = settings.DATABASES["default"]
    with psycopg.connect(
        host=base["HOST"],
        port=base["PORT"],
        user=base["USER"],
        password=base["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
        options="-c lock_timeout=50ms",
    ) as other:
        other.execute("SELECT * FROM patience_tried")


def test_nobody_waits_for_a_table_before_the_migration_ends() -> None:
    with editor() as schema:
        schema.execute(ADD)
        look_from_elsewhere()
    look_from_elsewhere()
    assert columns() == ["id", "more"]


def test_whatever_else_asks_finds_done_what_was_said_before() -> None:
    with editor() as schema:
        schema.execute(ADD)
        assert columns() == ["id", "more"]
        with pytest.raises(psycopg.errors.LockNotAvailable):
            look_from_elsewhere()


def test_what_waits_for_the_end_comes_after_all_others() -> None:
    with editor() as schema:
        schema.deferred_sql.append("ALTER TABLE patience_tried ALTER more SET NOT NULL")
        schema.execute(ADD)
    with pytest.raises(Exception, match="not-null"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO patience_tried (id) VALUES (1)")


def test_a_migration_that_fails_at_its_end_is_taken_back_whole() -> None:
    with pytest.raises(ProgrammingError, match="nowhere"), editor() as schema:
        schema.execute(ADD)
        schema.execute("ALTER TABLE nowhere ADD COLUMN more integer")
    assert not connection.in_atomic_block
    assert columns() == ["id"]


def test_a_migration_that_stops_midway_runs_nothing_of_what_waits() -> None:
    with pytest.raises(LookupError), editor() as schema:
        schema.execute(ADD)
        raise LookupError("in Python")
    assert not connection.in_atomic_block
    assert columns() == ["id"]


def test_outside_a_transaction_a_statement_runs_at_once() -> None:
    made = patient_editor(connection.SchemaEditorClass, say=str)
    with made(connection, atomic=False) as schema:
        schema.execute(ADD)
        look_from_elsewhere()
        assert columns() == ["id", "more"]
