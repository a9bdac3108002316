"""T34, small: what was dumped and restored is the same, and half a dump is no dump.

`./dev bench backup` does it with 200,000 claims.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django import Settings

from tests.cast import trials
from tests.faults.restoring import (
    TABLES,
    back_up,
    dump,
    print_of,
    restore,
    restore_backup,
)
from tests.faults.test_kills import address

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
NAME = "2026-11-26T031500Z"


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """Where the files lie of a claim with its proof and of a verdict."""
    settings.MEDIA_ROOT = tmp_path / "media"
    trials.with_files()
    return tmp_path / "media"


@contextmanager
def another_database(name: str) -> Iterator[str]:
    """The address of an empty database beside the test's, gone afterwards."""
    home, _, own = address().rpartition("/")
    called = sql.Identifier(f"{own}_{name}")
    with psycopg.connect(f"{home}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(called))
        try:
            yield f"{home}/{own}_{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(called))


@pytest.fixture
def reader() -> Iterator[str]:
    """The address of the test's database for a role that may read every table, and
    for which the policies on rows hold."""
    role = f"reader_of_{connection.settings_dict['NAME']}"
    scheme, _, rest = address().partition("://")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'reads'")
        cursor.execute(f'GRANT pg_read_all_data TO "{role}"')
    yield f"{scheme}://{role}:reads@{rest.rpartition('@')[2]}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP ROLE "{role}"')


def manage(url: str, media: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command says of a restored installation."""
    env = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(media)}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**env, "DJANGO_SETTINGS_MODULE": "evaltracker.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_restored_is_what_was_backed_up(
    login: str, media: Path, tmp_path: Path
) -> None:
    """With every push; by the scripts that compose and `./dev restore` run."""
    backups, copy = tmp_path / "backups", tmp_path / "copy"
    for folder in (backups, copy):
        folder.mkdir()
    made = back_up(address(), media.parent, backups, NAME)
    assert made.returncode == 0, made.stderr
    with another_database("restored") as url:
        restored = restore_backup(url, copy, backups, NAME)
        assert restored.returncode == 0, restored.stderr
        assert print_of(url) == print_of(address())
        for command in ("verify_journal", "verify_files"):
            checked = manage(url, copy / "media", command)
            assert checked.returncode == 0, (command, checked.stderr)
        with psycopg.connect(url) as database, pytest.raises(psycopg.Error):
            database.execute("UPDATE evaluations_entry SET reason = 'other words'")
        # It is not empty now, nor is the folder: nothing is restored over it.
        again = restore_backup(url, tmp_path / "none", backups, NAME)
        assert again.returncode == 1
        assert "is not empty, so nothing was restored" in again.stderr
    with another_database("beside") as url:
        over_files = restore_backup(url, copy, backups, NAME)
        assert over_files.returncode == 1
        assert "so nothing was restored" in over_files.stderr
        with (backups / NAME / "evaltracker.dump").open("r+b") as file:
            file.seek(5_000)
            file.write(b"other")
        altered = restore_backup(url, tmp_path / "none", backups, NAME)
        assert altered.returncode == 1
        assert "its sums differ" in altered.stderr
        unknown = restore_backup(url, tmp_path / "none", backups, "2020-01-01T000000Z")
        assert unknown.returncode == 1
        assert NAME in unknown.stderr
        with psycopg.connect(url) as database:
            assert not database.execute(TABLES).fetchall()


def test_a_backup_by_the_wrong_role_fails_loudly_and_leaves_none(
    login: str, reader: str, media: Path, tmp_path: Path
) -> None:
    failed = back_up(reader, media.parent, tmp_path, NAME)
    assert failed.returncode != 0
    assert "row-level security" in failed.stderr
    assert not (tmp_path / NAME).exists()


def test_a_dump_by_a_role_that_sees_only_some_rows_fails_loudly(
    login: str, reader: str, media: Path, tmp_path: Path
) -> None:
    for url, why in ((reader, "row-level security"), (login, "permission denied")):
        refused = dump(url, tmp_path / "half.dump")
        assert refused.returncode != 0
        assert why in refused.stderr


def test_half_a_dump_that_was_asked_for_shows_when_it_is_restored(
    login: str, reader: str, media: Path, tmp_path: Path
) -> None:
    file = tmp_path / "half.dump"
    dumped = dump(reader, file, "--enable-row-security")
    assert dumped.returncode == 0  # PostgreSQL's own word: it is what was asked for
    with another_database("half") as url:
        restored = restore(url, file)
        assert restored.returncode != 0
        assert "violates foreign key constraint" in restored.stderr
