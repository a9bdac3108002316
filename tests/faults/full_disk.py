"""`python -m tests.faults.full_disk`: T54 in full, the disk of a whole PostgreSQL.

It is filled while vendors write, so far that its write-ahead log finds no room and it
stops itself; then there is room again. Exit 0 if nothing acknowledged was lost and
every answer was an answer.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import requests

from tests.faults.living.database import Database
from tests.kept_postgres import migrated_postgres
from tests.services import say, service_folder
from tests.small_disks import small_disk
from tests.waiting import comes, until

if TYPE_CHECKING:
    from tests.faults.test_full_disk import Party
    from tests.served import Site

# Durable, and with few files of the log kept for later.
SETTINGS = {"max_connections": "60", "min_wal_size": "32MB", "max_wal_size": "64MB"}
# One message of the log; some of them are more than all files kept for later.
MESSAGE = "SELECT pg_logical_emit_message(false, 'full disk', repeat('x', 8000000))"


def main() -> int:
    """Run it and say the figures."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        folder.chmod(0o711)
        disk = stack.enter_context(small_disk(folder / "disk", size="400m"))
        url = stack.enter_context(migrated_postgres(disk.folder, SETTINGS))
        database = Database(disk.folder, stack)
        party = _prepare(url)
        from tests.served import served

        site = stack.enter_context(
            served(folder, settings="evaltracker.settings", REQUIRE_SECOND_FACTOR="0")
        )
        before = site.processes()
        taken, answers = _claim(party, site, 40)
        disk.fill()
        while answers[-1] == 201:
            more, answers_then = _claim(party, site, 4)
            taken |= more
            answers += answers_then
        reading = party.read(site).status_code
        _exhaust_log(url)
        more, stopped = _claim(party, site, 20)
        taken |= more
        disk.empty()
        began = time.monotonic()
        if not comes(lambda: _connects(url), 5):
            database.start()
        until(lambda: _connects(url), 60, what="PostgreSQL comes back")
        until(lambda: _claim(party, site, 1)[1] == [201], 60, what="it takes a claim")
        seconds = time.monotonic() - began
        counted = Counter([*answers, *stopped])
        lost = taken - _kept()
        from evaltracker.evaluations import verifying

        broken = verifying.find_break(party.evaluation)
        ok = (
            not lost
            and broken is None
            and set(counted) <= {201, 503}
            and counted[503] > 0
            and reading == 200
            and site.processes() == before
        )
        say(
            f"T54: {len(taken)} acknowledged, {len(lost)} lost; answers "
            f"{dict(counted)}; reading while full {reading}; works again "
            f"{seconds:.1f} s after there was room; "
            f"journal {'broken' if broken else 'whole'}; {'passed' if ok else 'FAILED'}"
        )
        return 0 if ok else 1


def _prepare(url: str) -> Party:
    """A migrated product in this process, and a vendor."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SECRET_KEY": "of this process " + "x" * 40,
        "DATABASE_URL": url,
    }
    os.environ.pop("REDIS_URL", None)
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0, interactive=False)
    from tests.faults.test_full_disk import Party

    return Party()


def _claim(party: Party, site: Site, count: int) -> tuple[set[str], list[int]]:
    """Make claims; the words that were acknowledged, and every answer."""
    taken, answers = set(), []
    for at in range(count):
        words = f"{time.monotonic_ns()} " + "word " * 700
        try:
            answer = party.claim(site, at % 4, words)
        except requests.RequestException:
            answers.append(0)
            continue
        answers.append(answer.status_code)
        if answer.status_code == 201:
            taken.add(words.strip())
    return taken, answers


def _exhaust_log(url: str) -> None:
    """Write into the log of PostgreSQL until it finds no room and stops itself."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(200):
                connection.execute(MESSAGE)
    except psycopg.OperationalError as error:
        say(f"PostgreSQL: {str(error).splitlines()[0]}")
        return
    raise AssertionError("its log finds room on and on")


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _kept() -> set[str]:
    """The words of every revision that stands in the table."""
    from django.db import connection

    from vendors.models import Claim

    connection.close()
    return {text.strip() for text in Claim.objects.values_list("statement", flat=True)}


if __name__ == "__main__":
    sys.exit(main())
