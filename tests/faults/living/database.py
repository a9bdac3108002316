"""A PostgreSQL that is stopped in the ways that happen, and comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import ExitStack

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
        number = int(self._pid_file.read_text().splitlines()[0])
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        os.kill(number, WAYS[way])
        ends = time.monotonic() + LONGEST
        left = [number, *map(int, children)]
        while left := [pid for pid in left if _lives(pid)]:
            if time.monotonic() > ends:
                raise AssertionError(f"PostgreSQL does not end: {left}")
            time.sleep(0.05)
        # The process may stay in the table, so the file would be believed.
        self._pid_file.unlink(missing_ok=True)

    def start(self, port: int | None = None) -> None:
        """Start it on what is on the disk, perhaps at another address."""
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


def _lives(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    return False
