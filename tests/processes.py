"""Seconds of processor of everything that a run starts, children of children too."""

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
CHILDREN = Path("/proc/self/task")


def adopt_orphans() -> None:
    """On Linux: who loses its parent becomes a child of this process, to be counted."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def core_seconds() -> float:
    """Seconds of all children that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Children:
    """The children that were started here; others were adopted."""

    def __init__(self) -> None:
        self.started = {*_children()}

    def run(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> int:
        """Run a command to its end, and let orphans that it leaves end in peace."""
        process = subprocess.Popen(command, cwd=cwd, env=env)
        self.started.add(process.pid)
        try:
            while process.poll() is None:
                self.wait_for_orphans()
                time.sleep(0.1)
            return process.returncode
        except KeyboardInterrupt:
            return process.wait()  # pytest got the same Ctrl-C and reports
        finally:
            process.terminate()
            process.wait()
            self.wait_for_orphans()

    def wait_for_orphans(self) -> None:
        """Take note of those that ended, as the first process of a machine does."""
        for pid in _children():
            if pid not in self.started:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def _children() -> list[int]:
    """Who runs below this process, as far as the system tells."""
    found = []
    for thread in CHILDREN.glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in thread.read_text().split()]
    return found
