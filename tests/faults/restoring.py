"""Backups and their restoring by the scripts that compose runs."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from tests.services import postgres_binaries, running_postgres
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "deploy" / "backup"
HBA = ROOT / "deploy" / "postgres" / "pg_hba.conf"
# As compose starts it (deploy/postgres/pg_hba.conf beside).
SERVER = {"max_connections": "100", "max_slot_wal_keep_size": "4GB"}
TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' ORDER BY relname"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename"
# Whatever the order of the rows.
ROWS = """
SELECT count(*), sum(('x' || left(md5(t::text), 15))::bit(60)::bigint) FROM {} AS t"""


@dataclass(frozen=True, slots=True)
class Print:
    """What two databases have in common if one is the other restored."""

    rows: dict[str, tuple[int, int | None]]
    sequences: list[tuple[str, int | None]]


def print_of(url: str) -> Print:
    """Every table's count and digest, and every sequence; the rest is one copy."""
    with psycopg.connect(url) as database:
        tables = [name for (name,) in database.execute(TABLES)]
        rows = {}
        for name in tables:
            query = sql.SQL(ROWS).format(sql.Identifier(name))
            rows[name] = database.execute(query).fetchall()[0]
        sequences = database.execute(SEQUENCES).fetchall()
    return Print(rows, sequences)


@dataclass
class Backups:
    """The service `backup` of compose, its folder, and what restores from it."""

    folder: Path
    url: str = "postgresql://nobody@localhost/none"
    pause: int = 1
    process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Where backups lie."""
        return self.folder / "backups"

    @property
    def status(self) -> Path:
        """Where it notes its successes."""
        return self.folder / "status"

    def start(self) -> None:
        """Let it save the cluster at `url` and the files in `folder`, for ever."""
        for folder in (self.home, self.status):
            folder.mkdir(exist_ok=True)
        with (self.folder / "backup.log").open("ab") as log:
            self.process = subprocess.Popen(
                [SCRIPTS / "backup.sh", "run"],
                env=self._env(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a power cut does, if it is at work."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        """What it said."""
        return (self.folder / "backup.log").read_text(errors="replace")

    def bases(self) -> list[str]:
        """The names of what may be restored."""
        return sorted(path.name for path in self.home.glob("20*Z"))

    def instants(self) -> list[str]:
        """When files and database agreed, of the newest stream."""
        lists = sorted((self.home / "index").glob("20*Z"))
        return [line.split()[0] for line in lists[-1].read_text().splitlines()]

    def await_base(self, number: int = 1, *, seconds: float = 60) -> str:
        """The name of the newest, once there are so many."""
        until(
            lambda: len(self.bases()) >= number,
            within=seconds,
            what=lambda: f"{number} bases; it said: {self.log()}",
        )
        return self.bases()[-1]

    def await_instant(self, *, seconds: float = 60) -> str:
        """One that is noted of a pass which begins from now on."""
        seen = len(self.instants())
        # The next may have begun already.
        until(
            lambda: len(self.instants()) >= seen + 2,
            within=seconds,
            what=lambda: f"the pass after the next; it said: {self.log()}",
        )
        return self.instants()[-1]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of its other commands."""
        return run_script("backup", self._env(), *command)

    def offsite(
        self,
        *command: str,
        repository: str = "",
        home: Path | None = None,
        key: str = "the key",
    ) -> subprocess.CompletedProcess[str]:
        """Run the script of the services offsite and fetch; to a folder of its own, if
        no repository is named."""
        env = {
            "PATH": os.environ["PATH"],
            "BACKUPS": str(home or self.home),
            "STATUS": str(self.status),
            "WORK": str(self.folder / "work"),
            "RESTIC_REPOSITORY": repository or str(self.folder / "away"),
            "RESTIC_PASSWORD": key,
            "RESTIC_CACHE_DIR": str(self.folder / "cache"),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return run_script("offsite", env, *command)

    def restore(
        self, *arguments: str, into: Path, password: str, home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run restore.sh: the cluster into `into`/cluster, files into `into`/data."""
        (into / "data").mkdir(parents=True, exist_ok=True)
        env = {
            "PATH": _path(),
            "BACKUPS": str(home or self.home),
            "DATA": str(into / "data"),
            "ANCHORS": str(into / "anchors"),
            "PGDATA": str(into / "cluster"),
            "PGUSER": "evaltracker",
            "PGPASSWORD": password,
            "PGDATABASE": "evaltracker",
        }
        return run_script("restore", env, *arguments)

    def _env(self) -> dict[str, str]:
        parts = urlsplit(self.url)
        return {
            "PATH": _path(),
            "PGHOST": unquote(parts.hostname or ""),
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": parts.path.lstrip("/"),
            "BACKUPS": str(self.home),
            "DATA": str(self.folder / "data"),
            "STATUS": str(self.status),
            "ANCHORS": str(self.folder / "anchors"),
            "PASS_SECONDS": str(self.pause),
        }


def _path() -> str:
    return f"{postgres_binaries() or ''}:{os.environ['PATH']}:/usr/bin:/bin"


def run_script(
    name: str, env: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run one of the shipped scripts to its end."""
    return subprocess.run(
        [SCRIPTS / f"{name}.sh", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def hba(folder: Path) -> dict[str, str]:
    """The setting of a server that lets in whom compose's lets in."""
    copy = folder / "pg_hba.conf"
    shutil.copy(HBA, copy)
    copy.chmod(0o644)
    return {"hba_file": str(copy)}


@contextmanager
def restored_cluster(
    into: Path, password: str, settings: dict[str, str]
) -> Iterator[str]:
    """The DATABASE_URL of what was restored, as long as its server runs."""
    with running_postgres(
        into / "cluster", quote(password), settings, into / "log"
    ) as url:
        yield f"{url.rpartition('/')[0]}/evaltracker"


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All below that folder: modes, and contents."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }
