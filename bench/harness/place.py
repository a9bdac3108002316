"""Where a benchmark runs: its own PostgreSQL, Redis and servers, stopped at the end.

PostgreSQL writes through to the disk, as in production: without it a commit would be
free, and all that product and yardsticks do beside it would weigh too much.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.services import free_port, postgres, redis, service_folder

ROOT = Path(__file__).resolve().parents[2]
# Durable as by default; a checkpoint in the middle of a race would be somebody's loss.
DURABLE = {"max_connections": "100", "checkpoint_timeout": "1h", "max_wal_size": "4GB"}
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Place:
    """Running services, and whatever is started beside them."""

    folder: Path
    postgres: str
    redis: str
    _stack: ExitStack

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))

    def serve(
        self, app: str, env: Mapping[str, str], *, threads: int = 4, root: Path = ROOT
    ) -> str:
        """The address of `app` under gunicorn, one worker with threads; `root` is where
        its code stands."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", app, "--worker-class=gthread"]
        command += ["--workers=1", f"--threads={threads}", "--keep-alive=600"]
        command += [f"--bind=127.0.0.1:{port}", "--no-control-socket"]
        site = f"http://127.0.0.1:{port}"
        self._stack.enter_context(self._running(command, env, app, site, root))
        return site

    @contextmanager
    def _running(
        self,
        command: list[str],
        env: Mapping[str, str],
        name: str,
        site: str,
        root: Path,
    ) -> Iterator[None]:
        log = self.folder / f"{name.replace(':', '.')}.{site[-5:]}.log"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=root, env={**kept, **env}, stdout=output, stderr=output
            )
        try:
            _await(site, process, log)
            yield
        finally:
            # Already gone, or ended with an error: then nothing here can be believed.
            crashed = process.poll() is not None
            process.terminate()
            code = process.wait(timeout=30)
        if crashed or code:
            raise SystemExit(f"{name} ended with {code}:\n{log.read_text()[-3000:]}")


def _await(site: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(site, timeout=10).close()
        except urllib.error.HTTPError:
            return  # it answers, and that is all that is asked
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{site} does not answer:\n{log.read_text()[-3000:]}")


@contextmanager
def place() -> Iterator[Place]:
    """Services of this run alone."""
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        database = stack.enter_context(postgres(folder, settings=DURABLE))
        cache = stack.enter_context(redis(folder))
        if not cache:
            raise SystemExit("The benchmarks need redis-server on this machine.")
        yield Place(folder, database, cache, stack.enter_context(ExitStack()))
