"""The product under gunicorn as it is deployed, and ways to hurt its processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from django.core.management import call_command
from django.db import connection

from tests.services import free_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "HOME", "LANG", "DATABASE_URL", "VENDOR_DATABASE_URL", "REDIS_URL")
VENDORS = "evaltracker.vendor_settings"
PASSWORD = "it's a pass%word"


@dataclass
class Site:
    """A gunicorn with its processes."""

    folder: Path
    settings: str
    workers: int
    env: Mapping[str, str]
    app: str = "evaltracker.wsgi"
    # Whose code it runs, and by which probe it is known to work.
    root: Path = ROOT
    probe: str = "readyz"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and come back when it can work."""
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env |= {
            "DJANGO_SETTINGS_MODULE": self.settings,
            "SECRET_KEY": "a key of its own " + "x" * 50,
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(self.folder),
            "MALLOC_ARENA_MAX": "2",  # as in the image
            **self.env,
        }
        command = [sys.executable, "-m", "gunicorn", self.app]
        command += ["--config=python:evaltracker.serving.settings"]
        command += [f"--bind=127.0.0.1:{self.port}", f"--workers={self.workers}"]
        command += ["--graceful-timeout=2"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.root,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_ready()

    def _await_ready(self) -> None:
        until(
            self._is_ready,
            within=60,
            what=lambda: f"it gets ready: {self.log()[-3000:]}",
        )

    def _is_ready(self) -> bool:
        assert self._running().poll() is None, f"it ended: {self.log()[-3000:]}"
        try:
            answers = requests.get(f"{self.url}/{self.probe}", timeout=5).ok
        except requests.RequestException:
            return False
        # The first worker may answer before the next one is there.
        return answers and len(self.processes()) > self.workers

    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def processes(self) -> list[int]:
        """Its master and its workers."""
        master = self._running().pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
        return [master, *map(int, children.split())]

    def kill(self) -> None:
        """End all of its processes as a power cut would."""
        os.killpg(self._running().pid, signal.SIGKILL)
        self._running().wait()

    def stop(self) -> None:
        """End it in order."""
        with suppress(ProcessLookupError):
            self._running().terminate()
        try:
            self._running().wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory(self) -> int:
        """Bytes that its processes have in memory."""
        total = 0
        for pid in self.processes():
            pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
            total += int(pages) * os.sysconf("SC_PAGE_SIZE")
        return total

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text(errors="replace")


def database() -> str:
    """The address of the database that the test uses."""
    here = connection.settings_dict
    place = f"{quote(here['HOST'] or 'localhost', safe='')}:{here['PORT'] or 5432}"
    login = f"{here['USER']}:{quote(here['PASSWORD'])}"
    return f"postgresql://{login}@{place}/{here['NAME']}"


@contextmanager
def logins() -> Iterator[dict[str, str]]:
    """The three logins of an installation, by variable: the test's own role is the
    owner, `harden_database` makes the others; they and the wall are gone afterwards."""
    # The benchmarks import this file before Django is ready.
    from tests.as_application import skip_without_owner
    from vendors.isolation.roles import lift_wall

    skip_without_owner()
    name = connection.settings_dict["NAME"]
    owner = database()
    scheme, _, rest = owner.partition("://")
    elsewhere = rest.rpartition("@")[2]
    urls = {
        "DATABASE_URL": f"{scheme}://app_of_{name}:{quote(PASSWORD)}@{elsewhere}",
        "VENDOR_DATABASE_URL": f"{scheme}://process_of_{name}:{quote(PASSWORD)}"
        f"@{elsewhere}",
        "OWNER_DATABASE_URL": owner,
    }
    with pytest.MonkeyPatch.context() as patch:
        for variable, url in urls.items():
            patch.setenv(variable, url)
        call_command("harden_database")
    try:
        yield urls
    finally:
        lift_wall(connection, role=f"process_of_{name}")
        with connection.cursor() as cursor:
            for role in (f"app_of_{name}", f"process_of_{name}"):
                cursor.execute(f'DROP OWNED BY "{role}"')
                cursor.execute(f'DROP ROLE "{role}"')


@contextmanager
def vendor_login() -> Iterator[str]:
    """The address of this database for the role of the vendor process."""
    with logins() as urls:
        yield urls["VENDOR_DATABASE_URL"]


@contextmanager
def app_login() -> Iterator[str]:
    """The address of this database for the role of web, worker and beat, which may not
    be the owner (see vendors.isolation.roles)."""
    with logins() as urls:
        yield urls["DATABASE_URL"]


@contextmanager
def served(
    folder: Path,
    *,
    settings: str = VENDORS,
    workers: int = 2,
    app: str = "evaltracker.wsgi",
    **env: str,
) -> Iterator[Site]:
    """A running site; its log goes to the test's output."""
    site = Site(folder=folder, settings=settings, workers=workers, env=env, app=app)
    site.start()
    try:
        yield site
    finally:
        site.stop()
        sys.stdout.write(site.log()[-10_000:])
