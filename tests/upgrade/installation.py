"""An installation of a former version, restored from its dump, and its upgrade."""

import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.served import ROOT, Site
from tests.services import postgres, service_folder

DATA = ROOT / "tests" / "data" / "upgrade"
PASSWORDS = {"app": "of-the-application", "vendor": "only-for-the-dump"}
WEB, VENDORS = "evaltracker.settings", "evaltracker.vendor_settings"


@dataclass
class Installation:
    """A database of its own, and the code of the former version beside that of now."""

    folder: Path
    version: str
    old: Path
    owner: str

    def url(self, role: str) -> str:
        """The address of the database for one of the two roles that do not own it."""
        elsewhere = self.owner.rpartition("@")[2]
        return f"postgresql://evaltracker_{role}:{PASSWORDS[role]}@{elsewhere}"

    def env(self, *, old: bool) -> dict[str, str]:
        """What processes are told: formerly the application was the owner."""
        return {
            "DATABASE_URL": self.owner if old else self.url("app"),
            "VENDOR_DATABASE_URL": self.url("vendor"),
            "REQUIRE_SECOND_FACTOR": "0",
            "SECRET_KEY": "only for the dump " + "x" * 50,
            "SITE_URL": "http://127.0.0.1",
            "ALLOWED_HOSTS": "127.0.0.1",
            "EMAIL_URL": "smtp://localhost:1",
            "REDIS_URL": "",
            "VENDOR_CALLS_PER_MINUTE": "100000",
        }

    def manage(self, *command: str, old: bool = False) -> str:
        """Run a command as the compose file's `migrate` does; what it said."""
        env = {**os.environ, **self.env(old=old), "DATA_DIR": str(self.folder / "data")}
        env["DJANGO_SETTINGS_MODULE"] = WEB
        if not old:
            env["OWNER_DATABASE_URL"] = self.owner
        ran = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=self.old if old else ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, (command, ran.stdout[-2000:], ran.stderr[-2000:])
        return ran.stdout

    @contextmanager
    def serve(self, settings: str, *, old: bool) -> Iterator[Site]:
        """A process of one of the two versions."""
        name = f"{settings}-{'old' if old else 'new'}"
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        site = Site(
            folder=folder,
            settings=settings,
            workers=2,
            # DEBUG: static files are served where they lie.
            env={**self.env(old=old), "DEBUG": "1" if settings == WEB else "0"},
            root=self.old if old else ROOT,
            probe="healthz" if settings == WEB else "readyz",
        )
        site.start()
        try:
            yield site
        finally:
            site.stop()
            sys.stdout.write(site.log()[-5_000:])

    def vendors(self) -> list[dict[str, str]]:
        """Invitations and tokens of the dump."""
        vendors: list[dict[str, str]] = json.loads(
            (DATA / f"{self.version}.json").read_text()
        )
        return vendors


@contextmanager
def restored(version: str) -> Iterator[Installation]:
    """The installation as its dump has it, in a PostgreSQL of its own."""
    with service_folder() as folder, postgres(folder) as server:
        with psycopg.connect(server, autocommit=True) as database:
            database.execute("CREATE DATABASE evaltracker")
            database.execute(
                f"CREATE ROLE evaltracker_vendor LOGIN PASSWORD '{PASSWORDS['vendor']}'"
            )
        owner = f"{server.rpartition('/')[0]}/evaltracker"
        dump = lzma.decompress((DATA / f"{version}.sql.xz").read_bytes())
        with psycopg.connect(owner, autocommit=True) as database:
            database.execute(dump)
        yield Installation(folder, version, code_of(version, folder), owner)


def code_of(version: str, folder: Path) -> Path:
    """That version's code, out of the repository's history."""
    packed = subprocess.check_output(["git", "archive", version], cwd=ROOT)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder / "code", filter="data")
    return folder / "code"
