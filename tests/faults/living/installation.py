"""Web, vendor process, worker and beat as they are deployed, and what they lean on."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import requests

from tests.faults.least_rights import prepare
from tests.faults.living.database import Database
from tests.faults.notices.world import DURABLE, Process, World
from tests.kept_postgres import migrated_postgres
from tests.services import free_port, service_folder
from tests.waiting import until

PATIENCE = 120.0


@dataclass
class Installation(World):
    """All processes by name; each can be killed and started again."""

    database: Database | None = None
    # Where PostgreSQL listens first, and where after it has moved.
    ports: tuple[int, int] = (0, 0)
    web_port: int = field(default_factory=free_port)
    vendor_port: int = field(default_factory=free_port)
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def web(self) -> str:
        """Where people come in."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def vendor_api(self) -> str:
        """Where vendors come in."""
        return f"http://127.0.0.1:{self.vendor_port}"

    def start_all(self) -> None:
        """Start everything, and come back when it can work."""
        self.start_mail("--pause", "0.004")
        self.processes["redis"] = self.start_redis()
        self.processes["web"] = self._gunicorn("web", self.web_port)
        self.processes["vendor-api"] = self._gunicorn(
            "vendor-api",
            self.vendor_port,
            DJANGO_SETTINGS_MODULE="evaltracker.vendor_settings",
        )
        celery = [sys.executable, "-m", "celery", "--app", "evaltracker"]
        worker = ["worker", "--concurrency=2", "--loglevel=INFO"]
        worker += ["--without-gossip", "--without-mingle"]
        self.processes["worker"] = self.run([*celery, *worker], "worker")
        self.processes["beat"] = self.run([*celery, "beat", "--pidfile="], "beat")
        until(self.is_ready, PATIENCE)

    def _gunicorn(self, name: str, port: int, **env: str) -> Process:
        command = [sys.executable, "-m", "gunicorn", "evaltracker.wsgi"]
        command += ["--config=python:evaltracker.serving.settings"]
        command += [f"--bind=127.0.0.1:{port}", "--workers=2", "--graceful-timeout=2"]
        process = Process(command, {**self.env, **env}, self.folder / f"{name}.log")
        self.stack.callback(process.kill)
        return process

    def is_ready(self) -> bool:
        """Whether both that are called say so."""
        return self.readiness() == [200, 200]

    def readiness(self) -> list[int]:
        """What both say; 0 for one that says nothing."""
        return [_status(f"{home}/readyz") for home in (self.web, self.vendor_api)]

    def restart_database(self, way: str) -> None:
        """Start it again after it was stopped; the way “moved” is another address."""
        assert self.database is not None
        self.database.start(self.ports[1] if way == "moved" else None)

    def stop_database(self, way: str) -> None:
        """Stop it; one that moves is stopped by a power cut."""
        assert self.database is not None
        self.database.stop("immediate" if way == "moved" else way)

    def pids(self) -> dict[str, list[int]]:
        """Each process and its children, by which one sees whether they live on."""
        return {name: process.family() for name, process in self.processes.items()}

    def faults(self) -> list[str]:
        """Lines of the logs that tell of a fault of the product."""
        marks = ("Something went wrong", "Internal Server Error", "task_failed")
        return [
            f"{log.relative_to(self.folder)}: {line[:300]}"
            for log in self.logs()
            if log.exists()
            for line in log.read_text(errors="replace").splitlines()
            if any(mark in line for mark in marks)
        ]

    def logs(self) -> Iterable[Path]:
        """Where the product's processes write."""
        return [self.folder / f"{name}.log" for name in self.processes]


def _status(url: str) -> int:
    try:
        return requests.get(url, timeout=10).status_code
    except requests.RequestException:
        return 0


@contextmanager
def installation(
    *,
    tick: int = 30,
    lease: int = 60,
    calls_a_minute: int = 600,
    base: str = "127.0.0.1",
    own: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Installation]:
    """A migrated and hardened one; this process uses its models, nothing runs yet."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        url = urlsplit(stack.enter_context(migrated_postgres(folder, DURABLE)))
        assert url.port
        ports = (url.port, free_port())
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        where = f"@{hosts}{url.path}?target_session_attrs=read-write"
        redis_port, mail_port = free_port(), free_port()
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.living.settings",
            "SECRET_KEY": "of an installation of its own " + "x" * 40,
            "DATABASE_URL": f"postgresql://{url.username}:{url.password}{where}",
            "REDIS_URL": f"redis://{base}:{redis_port}/0",
            "EMAIL_URL": f"smtp://{base}:{mail_port}",
            "DATA_DIR": str(folder / "data"),
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "SITE_URL": "http://127.0.0.1",
            "REQUIRE_SECOND_FACTOR": "0",
            "TICK": str(tick),
            "LEASE": str(lease),
            "MALLOC_ARENA_MAX": "2",
            "C_FORCE_ROOT": "1",
            "VENDOR_CALLS_PER_MINUTE": str(calls_a_minute),
            **own,
        }
        prepare(env)
        (folder / "arrived").touch()
        inner = stack.enter_context(ExitStack())
        yield Installation(
            folder,
            env,
            redis_port,
            mail_port,
            inner,
            database=Database(folder, inner),
            ports=ports,
        )
