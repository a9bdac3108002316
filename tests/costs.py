"""What each test costs: core-seconds of Python, PostgreSQL and children; statements.

`./dev test --slowest` and `--all` name a folder in `TEST_COSTS`; each worker writes a
file there, a line a test. Other processes are read from /proc, so nothing is recorded
where there is none.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

FOLDER = "TEST_COSTS"
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
MILLISECONDS = 3


def read_times(pid: int) -> tuple[int, float]:
    """The parent of a process, and the seconds that it and its ended children used."""
    text = (PROC / str(pid) / "stat").read_text()
    fields = text.rpartition(")")[2].split()
    return int(fields[1]), sum(int(value) for value in fields[11:15]) / TICKS


def children_seconds() -> float:
    """Seconds of all processes below this one, those that run and those that ended."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                pid = int(folder.name)
                parents[pid], seconds[pid] = read_times(pid)

    mine = os.getpid()
    times = os.times()
    total = times.children_user + times.children_system
    for pid, used in seconds.items():
        above = parents[pid]
        while above not in (mine, 0, 1):
            above = parents.get(above, 0)
        if above == mine:
            total += used
    return total


class Meter:
    """Counts what this process has used until now."""

    def __init__(self) -> None:
        self.statements = 0
        self.connection = 0
        self.of_connection = 0.0
        self.of_former_connections = 0.0

    def __call__(
        self, execute: Any, sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Count a statement of Django's."""
        self.statements += 1
        return execute(sql, params, many, context)

    def postgres_seconds(self) -> float:
        """Seconds of this process's own connections, as far as they run here."""
        from django.db import connection

        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)
        if connection.vendor == "postgresql" and connection.connection is not None:
            pid = connection.connection.info.backend_pid
            if pid != self.connection:
                self.of_former_connections += self.of_connection
                self.of_connection = 0.0
                self.connection = pid
            with suppress(OSError):
                self.of_connection = read_times(pid)[1]
        return self.of_former_connections + self.of_connection

    def read(self) -> dict[str, float]:
        """All figures, since this process began."""
        times = os.times()
        return {
            "python": times.user + times.system,
            "postgres": self.postgres_seconds(),
            "children": children_seconds(),
            "statements": self.statements,
            "wall": time.monotonic(),
        }


class CostRecorder:
    """Writes a line for each test."""

    def __init__(self, folder: Path) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.file = (folder / f"{worker}-{os.getpid()}.jsonl").open("a")
        self.meter = Meter()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Read the figures before set-up and after tear-down."""
        before = self.meter.read()
        yield
        after = self.meter.read()
        used = {name: round(after[name] - before[name], MILLISECONDS) for name in after}
        self.file.write(json.dumps({"test": item.nodeid, **used}) + "\n")
        self.file.flush()


def pytest_configure(config: pytest.Config) -> None:
    """Record where somebody asked for it; who only hands tests out runs none."""
    folder = os.environ.get(FOLDER)
    is_worker = hasattr(config, "workerinput")
    hands_out = bool(config.getoption("numprocesses", None)) and not is_worker
    if folder and PROC.is_dir() and not hands_out:
        config.pluginmanager.register(CostRecorder(Path(folder)))
