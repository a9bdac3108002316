"""Backups go on in their folder whatever became of the database: after a restore, and
after they were away for longer than the database waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.faults.restoring import SERVER, Backups, hba, restored_cluster
from tests.services import postgres, service_folder

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.nightly(
        reason="one stream and one restore are tried with every push",
        short="tests/faults/test_restore.py"
        "::test_what_was_lost_starts_elsewhere_and_lets_everybody_in[checked]",
    ),
]
OWNERS = "another"
# Some 64 MB of what a stream has to take.
MUCH = """
CREATE TABLE much AS SELECT (
    SELECT string_agg(md5(random()::text || m || n), '')
    FROM generate_series(1, 32) AS n
) AS words FROM generate_series(1, 60000) AS m"""


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[str]:
    """A cluster with an empty database."""
    with postgres(folder, {**SERVER, **hba(folder), **settings}) as url:
        run(url, "CREATE DATABASE evaltracker")
        yield f"{url.rpartition('/')[0]}/evaltracker"


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        for statement in statements:
            database.execute(statement)


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as database:
        found = database.execute("SELECT words FROM note ORDER BY words").fetchall()
    return [words for (words,) in found]


def test_what_was_restored_is_backed_up_in_turn_and_each_past_stays_reachable() -> None:
    with service_folder() as folder:
        settings = {**SERVER, **hba(folder)}
        backups = Backups(folder)
        with server(folder) as backups.url:
            backups.start()
            first = backups.await_base()
            run(backups.url, "CREATE TABLE note (words text)")
            run(backups.url, "INSERT INTO note VALUES ('one')")
            between = backups.await_instant()
            run(backups.url, "INSERT INTO note VALUES ('two')")
            backups.await_instant()
            backups.kill()
        (second := folder / "second").mkdir()
        done = backups.restore("latest", into=second, password=OWNERS)
        assert done.returncode == 0, done.stderr
        with restored_cluster(second, OWNERS, settings) as backups.url:
            assert notes(backups.url) == ["one", "two"]
            backups.start()
            assert backups.await_base(2) > first
            run(backups.url, "INSERT INTO note VALUES ('three')")
            backups.await_instant()
            backups.kill()
        for name, options, expected in (
            ("third", ["latest"], ["one", "three", "two"]),
            ("fourth", [first, "--until", between], ["one"]),
        ):
            (into := folder / name).mkdir()
            done = backups.restore(*options, into=into, password=OWNERS)
            assert done.returncode == 0, done.stderr
            with restored_cluster(into, OWNERS, settings) as url:
                assert notes(url) == expected
                with psycopg.connect(url) as database:
                    walk = "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"
                    (timeline,) = database.execute(walk).fetchall()[0]
        # 1 was lost, and 2 had begun where the first restore ended.
        assert timeline == "00000003"


def test_a_stream_that_was_away_for_too_long_begins_anew_with_a_base() -> None:
    with (
        service_folder() as folder,
        server(folder, max_slot_wal_keep_size="16MB", max_wal_size="32MB") as url,
    ):
        backups = Backups(folder, url=url)
        backups.start()
        backups.await_base()
        backups.kill()
        run(url, MUCH, "CHECKPOINT")
        backups.start()
        backups.await_base(2)
        backups.kill()
        assert len(list((backups.home / "streams").glob("20*Z"))) == 2
        (into := folder / "into").mkdir()
        done = backups.restore("latest", into=into, password=OWNERS)
        assert done.returncode == 0, done.stderr


def test_a_stream_with_a_hole_is_refused_and_nothing_stays() -> None:
    with service_folder() as folder:
        backups = Backups(folder)
        with server(folder) as backups.url:
            backups.start()
            backups.await_base()
            run(backups.url, MUCH)
            backups.await_instant()
            backups.kill()
        segments = sorted((backups.home / "streams").rglob("0*"))
        segments[len(segments) // 2].unlink()
        (into := folder / "into").mkdir()
        done = backups.restore("latest", into=into, password=OWNERS)
        assert done.returncode == 2, done.stderr
        assert "does not lead to" in done.stderr
        assert done.stderr.count("\n") == 1
        assert sorted(path.name for path in into.rglob("*")) == ["data"]
