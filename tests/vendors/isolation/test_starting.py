"""A process with a role that could walk round the walls does not start (R-2).

With every push two of the four processes as they are deployed, at night all.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.backends.signals import connection_created

from tests.served import app_login, database
from tests.services import free_port
from tests.vendors.isolation.conftest import require_superuser
from vendors.isolation import roles as starting
from vendors.isolation.roles import RoleTooStrong, refuse_strong_role

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[3]
CELERY = ["celery", "--app=evaltracker"]
GUNICORN = ["gunicorn", "--config=python:evaltracker.serving.settings"]
PROCESSES = {
    "web": [*GUNICORN, "--bind=127.0.0.1:{port}"],
    "vendor-api": [*GUNICORN, "--bind=127.0.0.1:{port}"],
    "worker": [*CELERY, "worker", "--concurrency=1"],
    "beat": [*CELERY, "beat", "--pidfile="],
}


@pytest.fixture(autouse=True)
def _superuser() -> Iterator[None]:
    require_superuser()
    yield
    connection_created.disconnect(dispatch_uid="role")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("vendor-api", "worker"), id="two"),
        pytest.param(
            tuple(PROCESSES),
            id="all",
            marks=pytest.mark.nightly(
                reason="four processes at once; each push starts two", short="[two]"
            ),
        ),
    ],
)
def test_no_process_starts_as_the_owner(tmp_path: Path, names: tuple[str, ...]) -> None:
    url = database()
    settings = {"vendor-api": "evaltracker.vendor_settings"}
    started = {
        name: subprocess.Popen(
            [
                sys.executable,
                "-m",
                *(part.format(port=free_port()) for part in command),
            ],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DJANGO_SETTINGS_MODULE": settings.get(name, "evaltracker.settings"),
                "SECRET_KEY": "a key of its own " + "x" * 50,
                "SITE_URL": "http://localhost",
                "DATA_DIR": str(tmp_path),
                "DATABASE_URL": url,
                "VENDOR_DATABASE_URL": url,
                "C_FORCE_ROOT": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in PROCESSES.items()
        if name in names
    }
    try:
        for name, process in started.items():
            said, _ = process.communicate(timeout=120)
            assert process.returncode != 0, name
            assert "has too much power: it is a superuser" in said, (name, said)
            assert "harden_database" in said, name
    finally:
        for process in started.values():
            process.kill()


def test_the_check_says_how_to_mend_it() -> None:
    with pytest.raises(SystemCheckError, match=r"E001.*superuser(?s:.)*HINT.*OWNER_"):
        call_command("check", databases=["default"])
    call_command("migrate", verbosity=0)  # the owner's work may be done


def test_the_applications_own_role_may_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with app_login() as url:
        user = url.partition("//")[2].partition(":")[0]
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{user}"')
            assert starting.too_strong(connection) == ""
            cursor.execute("RESET ROLE")


def test_a_database_that_is_away_at_the_start_is_asked_once_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection.close()
    here: dict[str, Any] = connection.settings_dict
    with monkeypatch.context() as patch:
        patch.setitem(here, "PORT", free_port())
        refuse_strong_role()
    for _ in range(2):
        with pytest.raises(RoleTooStrong, match="superuser"):
            connection.ensure_connection()
    connection_created.disconnect(dispatch_uid="role")
    connection.ensure_connection()
