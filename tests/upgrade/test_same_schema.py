"""Fresh, of 0.1.0, or between the two: after `migrate` all have the same tables."""

import dataclasses
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.core.checks import Tags, run_checks
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.served import ROOT
from tests.services import postgres_client
from tests.upgrade.installation import Installation, code_of, restored

FIRST = "798e31d"
REASON = "Migrates five databases; each push takes the first step with one of them."
SQUASHED = "DELETE FROM django_migrations WHERE name LIKE '0001_squashed_%'"


@pytest.mark.nightly(
    reason=REASON,
    short="tests/upgrade/test_upgrade.py"
    "::test_what_it_wrote_is_there_and_its_upgrade_begins[798e31d]",
)
@pytest.mark.postgres
def test_postgresql_ends_with_the_same_schema_from_everywhere() -> None:
    with restored(FIRST) as place:
        fresh, between = beside(place, "fresh"), beside(place, "between")
        create(place, "fresh")
        for each in (place, fresh):
            each.manage("migrate", "-v0")
            each.manage("harden_database")
        # What the old files left behind when they were run to their end.
        create(place, "between", template="evaltracker")
        with psycopg.connect(between.owner) as database:
            database.execute(SQUASHED)
        between.manage("migrate", "-v0")
        wanted = schema(fresh)
        for kind in ("POLICY", "TRIGGER", "FUNCTION"):
            assert any(line.startswith(f"CREATE {kind} ") for line in wanted)
        assert schema(place) == wanted
        assert schema(between) == wanted
        assert ran(place) == ran(fresh) == ran(between)
        with psycopg.connect(place.owner) as database:
            salts = database.execute("SELECT DISTINCT salt FROM stakeholders_signoff")
            assert salts.fetchall() == [(None,)]


def beside(place: Installation, name: str) -> Installation:
    """Another database of the same server."""
    return dataclasses.replace(place, owner=f"{place.owner.rpartition('/')[0]}/{name}")


def create(place: Installation, name: str, template: str = "template0") -> None:
    home = f"{place.owner.rpartition('/')[0]}/postgres"
    with psycopg.connect(home, autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def schema(place: Installation) -> list[str]:
    """Tables, triggers, functions, policies and grants: the lines of pg_dump, sorted.

    Lists of values lose their casts and brackets, which a restored dump has elsewhere.
    """
    command = [postgres_client("pg_dump"), "--schema-only", place.owner]
    dumped = subprocess.check_output(command, text=True)
    return sorted(
        re.sub(r"::(character varying|text)(\[\])?|[()]", "", line)
        if " ANY " in line
        else line
        for line in dumped.splitlines()
        if not re.match(r"\\(un)?restrict ", line)
    )


def ran(place: Installation) -> set[tuple[str, str]]:
    """The migrations that the database knows of."""
    with psycopg.connect(place.owner) as database:
        rows = database.execute("SELECT app, name FROM django_migrations")
        return {(app, name) for app, name in rows.fetchall()}


@pytest.mark.nightly(
    reason="Migrates three databases; each push asks its own SQLite, at its end.",
    short="tests/kit/test_smoke.py"
    "::test_the_configuration_is_checked_and_nothing_is_left_to_migrate",
)
def test_sqlite_ends_with_the_same_schema_fresh_or_upgraded(tmp_path: Path) -> None:
    code = code_of(FIRST, tmp_path)
    old, fresh = tmp_path / "old", tmp_path / "fresh"
    migrate(code, old)
    migrate(ROOT, old)
    migrate(ROOT, fresh)
    assert objects(old) == objects(fresh)


def migrate(code: Path, folder: Path) -> None:
    env = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": "", "DEBUG": "1"}
    env["DJANGO_SETTINGS_MODULE"] = "evaltracker.settings"
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=code, env=env, check=True)


def objects(folder: Path) -> dict[tuple[str, str], list[str]]:
    """Tables, indexes and triggers; an altered table keeps its columns in an order."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {
        (kind, name): sorted(
            re.split(r", (?=CONSTRAINT |\"\w+\" \w)", (sql or "").partition("(")[2])
        )
        for kind, name, sql in rows
    }


@pytest.mark.django_db
def test_a_database_that_stopped_before_is_told_what_to_do() -> None:
    def errors() -> list[str]:
        found = run_checks(tags=[Tags.database], databases=["default"])
        return [error.msg for error in found if error.id == "evaltracker.E011"]

    assert errors() == []
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("vendors", "0010_prices_opened_by_two_people")
    assert errors() == [
        "The tables of “vendors” are of a version before 0.1.0, or its migration was "
        "stopped half-way."
    ]
