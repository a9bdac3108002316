"""A PostgreSQL that is stopped in the ways that happen, and comes back."""

import os
import signal
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.waiting import until

# `pg_ctl stop -m fast`, `-m immediate`, and what the kernel does for want of memory.
WAYS = {
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
    "kill -9": signal.SIGKILL,
}
LONGEST = 60.0


class Database:
    """The one that `tests.services.postgres` started in `folder`."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self._pid_file = folder / "postgres" / "data" / "postmaster.pid"
        number = int(self._pid_file.read_text().splitlines()[0])
        text = Path(f"/proc/{number}/cmdline").read_bytes().decode()
        self._command = [part for part in text.split("\0") if part]
        self._user = Path(f"/proc/{number}").stat().st_uid

    def stop(self, way: str) -> None:
        """Stop it in one of `WAYS`, and come back when nothing of it is left."""
        os.kill(int(self._pid_file.read_text().splitlines()[0]), WAYS[way])
        data = self._pid_file.parent
        until(
            lambda: not processes_of(data),
            LONGEST,
            what=lambda: f"PostgreSQL ends; there are {processes_of(data)}",
        )
        # The process may stay in the table, so its locks would be believed.
        self._pid_file.unlink(missing_ok=True)
        for lock in (self.folder / "postgres").glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)

    def start(self, port: int | None = None) -> None:
        """Start it on what is on the disk, perhaps at another address; come back when
        it takes connections."""
        if port is not None:
            self._command = [
                f"-p{port}" if part.startswith("-p") else part for part in self._command
            ]
        with (self.folder / "postgres.log").open("ab") as log:
            again = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                user=self._user,
                cwd="/",
            )
        self.stack.callback(again.wait)
        self.stack.callback(again.send_signal, signal.SIGINT)

        def is_ready() -> bool:
            assert again.poll() is None, f"PostgreSQL ended: {self._log_end()}"
            return self._is_ready()

        until(
            is_ready,
            LONGEST,
            what=lambda: f"PostgreSQL takes connections: {self._log_end()}",
        )

    def _log_end(self) -> str:
        return (self.folder / "postgres.log").read_text()[-2000:]

    def _is_ready(self) -> bool:
        with suppress(FileNotFoundError):
            return self._pid_file.read_text().rstrip().endswith("ready")
        return False


def processes_of(data: Path) -> list[int]:
    """All that have this data folder as theirs: a server and whatever it has begun."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink() == data and _lives(int(entry.name)):
                found.append(int(entry.name))
    return found


def _lives(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    return False
