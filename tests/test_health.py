"""Probes are answered without a host name; readiness tells late mail and lost parts."""

import datetime
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from evaltracker.environment import REDIS_TIMEOUTS
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice
from tests.factories import common

ROOT = Path(__file__).parents[1]


def owe_notice(*, late: datetime.timedelta, state: str = NoticeState.PENDING) -> None:
    due = timezone.now() - late
    Notice.objects.create(
        kind="milestone_due",
        evaluation=common.evaluation(),
        subject_id="1",
        address="ann@example.com",
        wall_time=due,
        due_at=due,
        next_try_at=due,
        message_id="<1@example.com>",
        state=state,
    )


def test_a_probe_needs_no_host_name_and_no_database(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.1.2.3"})
    assert answer.status_code == 200
    assert answer.content == b"ok\n"


@pytest.mark.django_db
def test_ready_when_all_parts_answer(client: Client) -> None:
    answer = client.get("/readyz", headers={"host": "10.1.2.3"})
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "broker": "ok",
        "files": "ok",
        "notices": "ok",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "state", "status"),
    [
        (9, NoticeState.PENDING, 200),
        (11, NoticeState.PENDING, 503),
        (11, NoticeState.CLAIMED, 503),
        (11, NoticeState.SENT, 200),
        (11, NoticeState.SUPPRESSED, 200),
    ],
)
def test_not_ready_while_a_due_notice_is_over_ten_minutes_late(
    client: Client, minutes: int, state: str, status: int
) -> None:
    owe_notice(late=datetime.timedelta(minutes=minutes), state=state)
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert answer.json()["ready"] == (status == 200)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"base": 25, "stream": 0}, "ok"),
        ({"base": 25, "stream": 0, "offsite": 0}, "ok"),
        ({"base": 27, "stream": 0}, "the last base is too old"),
        ({"base": 1, "stream": 1}, "the last stream is too old"),
        ({"base": 1, "stream": 0, "offsite": 1}, "the last offsite is too old"),
        ({"stream": 0}, "there is no base yet"),
        ({}, "there is no base yet"),
    ],
)
def test_operators_see_when_backups_last_succeeded(
    client: Client,
    settings: Settings,
    tmp_path: Path,
    hours: dict[str, int],
    sentence: str,
) -> None:
    settings.BACKUP_STATUS = str(tmp_path)
    now = time.time()
    for kind, age in hours.items():
        (tmp_path / kind).touch()
        os.utime(tmp_path / kind, (now, now - 3600 * age))
    answer = client.get("/readyz")
    assert answer.json()["backup"] == sentence
    assert answer.status_code == (200 if sentence == "ok" else 503)
    assert set(answer.json()["last_backups"]) == set(hours)


@pytest.fixture
def mute_listener() -> Iterator[socket.socket]:
    """Something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server


def calls_of(server: socket.socket) -> int:
    """How many connections it has been asked for."""
    server.setblocking(False)
    calls = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            calls += 1
    return calls


def with_broker(port: int, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in the demo's installation, with its broker at `port`."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DEMO": "1",
            "DATA_DIR": str(folder),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_not_ready_while_a_due_notice_is_over_ten_minutes_late[9-pending-200]",
)
def test_not_ready_without_a_broker_and_no_inner_detail_is_told(tmp_path: Path) -> None:
    health = "from evaltracker.serving.health import readiness"
    code = f"{health}; print(readiness()['broker'])"
    done = with_broker(1, tmp_path, code)
    assert done.stdout == "does not answer\n"


@pytest.mark.nightly(
    reason="Loads all of the product once more; each push nudges such a broker itself.",
    short="tests/notices/test_nudging.py"
    "::test_a_broker_that_does_not_answer_holds_nobody",
)
def test_publishing_to_a_mute_broker_gives_up_in_seconds(
    tmp_path: Path, mute_listener: socket.socket
) -> None:
    code = (
        "from evaltracker.notices.tasks import sweep\n"
        "import time\n"
        "began = time.monotonic()\n"
        "try:\n    sweep.delay()\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
        "print(time.monotonic() - began)"
    )
    done = with_broker(mute_listener.getsockname()[1], tmp_path, code)
    error, seconds = done.stdout.split()
    assert error == "OperationalError"
    # It waits once, for as long as it is told to; a busy machine may add to that.
    assert calls_of(mute_listener) == 1
    assert float(seconds) < 5 * REDIS_TIMEOUTS["socket_timeout"]
