"""Ending processes in the middle of their work, and looking at what is left."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from django.db import connection

from tests.served import ROOT, Site

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
    """Wait until somebody waits for a lock."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("nobody comes to that point")


def await_quiet() -> None:
    """Wait until the database has ended what the killed had begun."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                "current_database() AND pid <> pg_backend_pid() "
                "AND (xact_start IS NOT NULL OR state = 'active')"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("a transaction of a killed process does not end")


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
