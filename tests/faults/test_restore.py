"""T61, small: a machine is lost, and the shipped scripts bring it back on an empty one.

`./dev bench restore` does it twenty times under traffic, and with 1 GB.
"""

import random
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.inhabited import (
    OLD,
    OWNERS,
    Installation,
    everybody_comes_in,
    link_in,
)
from tests.faults.losing import lose_and_restore
from tests.faults.restoring import (
    SERVER,
    Backups,
    hba,
    print_of,
    restored_cluster,
)
from tests.kept_postgres import migrated_postgres
from tests.services import service_folder
from tests.smtp_sink import Sink
from tests.tiers import by_tier

pytestmark = pytest.mark.postgres
NEW = {"app": "new-app", "vendor": "new-vendor"}
SHUT = "ALTER ROLE evaltracker_app NOLOGIN; ALTER ROLE evaltracker_vendor NOLOGIN"


@pytest.fixture
def folder() -> Iterator[Path]:
    with service_folder() as path:
        yield path


@pytest.fixture
def backups(folder: Path) -> Iterator[Backups]:
    """Their service, which is gone with its machine at the end."""
    service = Backups(folder)
    yield service
    service.kill()


@pytest.mark.parametrize(
    "depth",
    by_tier(
        "checked",
        "inhabited",
        reason="Six more processes, in which everybody signs in again.",
    ),
)
def test_what_was_lost_starts_elsewhere_and_lets_everybody_in(
    folder: Path, backups: Backups, smtp_sink: Sink, depth: str
) -> None:
    """Onto a machine with neither roles nor database nor files, and with fresh
    passwords in its .env; the roles were shut out when the old one was lost.

    With every push all checks of a restore hold and the roles sign in, in one process.
    """
    settings = {**SERVER, **hba(folder)}
    with migrated_postgres(folder, settings) as url:
        lost = Installation(folder, url, smtp_sink.port, OLD)
        made = lost.fill()
        backups.url = url
        backups.start()
        backups.await_base()
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(SHUT)
        before = print_of(url)
        backups.await_instant()
        backups.kill()
    shutil.rmtree(lost.data)
    (there := folder / "there").mkdir()
    done = backups.restore("latest", into=there, password=OWNERS)
    assert done.returncode == 0, done.stderr
    assert "2 files" in done.stderr
    with restored_cluster(there, OWNERS, settings) as url:
        found = lost.elsewhere(there, url, **NEW)
        assert print_of(url) == before
        if depth == "checked":
            found.harden_and_verify()
            for role in NEW:
                psycopg.connect(found.url(role)).close()
        else:
            found.migrate()
            found.verify()
            everybody_comes_in(found, made, link_in(smtp_sink), smtp_sink)


@pytest.mark.nightly(
    reason="with every push what was lost is restored without traffic",
    short="::test_what_was_lost_starts_elsewhere_and_lets_everybody_in[checked]",
)
def test_a_machine_that_is_lost_under_traffic_loses_the_last_minute_at_most() -> None:
    seed = secrets.randbits(32)
    loss = lose_and_restore(random.Random(seed).uniform(1, 10), pause=5)
    assert loss.acknowledged, f"seed {seed}"
    assert not loss.faults, f"seed {seed}: {loss}"
    assert loss.seconds <= 60, f"seed {seed}: {loss}"
