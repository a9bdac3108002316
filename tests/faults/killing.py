"""Ending processes in the middle of their work, and looking at what is left."""

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from django.db import connection

from tests.served import ROOT, Site
from tests.waiting import until

MARK = "in the middle"


def batch(count: int, text: str) -> dict[str, Any]:
    """A body with claims on R0 to the last of `count`."""
    return {
        "claims": [
            {"requirement": f"R{at}", "availability": "now", "statement": text}
            for at in range(count)
        ]
    }


def send(site: Site, home: str, token: str, body: Any) -> requests.Response:
    """Send a batch under a key that is its own."""
    return requests.post(
        f"{site.url}{home}claims/batch/",
        json=body,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": MARK},
        timeout=60,
    )


def kill_while_sending(
    site: Site, send: Callable[[], object], *, when: Callable[[], object]
) -> None:
    """Send something, and end every process of the site as soon as `when` returns."""

    def sending() -> None:
        with suppress(requests.RequestException):
            send()

    client = threading.Thread(target=sending)
    client.start()
    when()
    site.kill()
    client.join()


def await_waiting() -> None:
    """Wait until somebody waits for a lock in this test's database."""

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            # Within a transaction who is active would stay what it was at first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            return bool(cursor.fetchone() != (0,))

    until(somebody_waits, what="somebody comes to that point, and waits for a lock")


def await_quiet() -> None:
    """Wait until the database has ended what the killed had begun."""

    def all_is_quiet() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                "current_database() AND pid <> pg_backend_pid() "
                "AND (xact_start IS NOT NULL OR state = 'active')"
            )
            return bool(cursor.fetchone() == (0,))

    until(all_is_quiet, what="every transaction of a killed process has ended")


def requirements_file(folder: Path, count: int) -> Path:
    """A file that asks for so many things."""
    lines = [
        f"Q{at},Category {at % 9},What Q{at} asks for,could" for at in range(count)
    ]
    path = folder / "requirements.csv"
    path.write_text("\n".join(["ref,category,text,priority", *lines]) + "\n")
    return path


def start_import(
    slug: str, file: Path, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """The command that imports it, running."""
    command = [sys.executable, "manage.py", "import_requirements", slug, str(file)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
