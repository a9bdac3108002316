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
SHOWN = 20
COLUMNS = ("core", "python", "postgres", "children", "statements")


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


# --- What was recorded ------------------------------------------------------------


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """Every test of a run, with what it cost; `core` is the sum of seconds."""
    lines = []
    for file in sorted(folder.glob("*.jsonl")):
        lines += [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        line["core"] = line["python"] + line["postgres"] + line["children"]
    return lines


def all_lines(folder: Path) -> str:
    """What all workers wrote, a line a test."""
    return "".join(file.read_text() for file in sorted(folder.glob("*.jsonl")))


def durations(folder: Path) -> str:
    """The seconds of each test that took over one, as JSON for tests/durations.json."""
    seconds = {
        line["test"]: round(line["wall"], 1)
        for line in read_lines(folder)
        if line["wall"] > 1
    }
    return json.dumps(dict(sorted(seconds.items())), indent=0) + "\n"


def report(folder: Path) -> str:
    """The dearest tests by core-seconds, and the totals by folder."""
    lines = read_lines(folder)
    dearest = sorted(lines, key=lambda line: -line["core"])[:SHOWN]
    head = f"{'core-s':>8} {'Python':>8} {'Postgr.':>8} {'children':>8} {'statem.':>8}"
    rows = [head, *(_row(line, line["test"]) for line in dearest), "", head]

    folders: dict[str, dict[str, float]] = {}
    for line in lines:
        name = str(Path(line["test"].partition("::")[0]).parent)
        total = folders.setdefault(name, dict.fromkeys(COLUMNS, 0.0))
        for column in COLUMNS:
            total[column] += line[column]
    by_cost = sorted(folders.items(), key=lambda pair: -pair[1]["core"])
    return "\n".join([*rows, *(_row(total, name) for name, total in by_cost)])


def _row(line: dict[str, Any], name: str) -> str:
    seconds = " ".join(f"{line[column]:8.1f}" for column in COLUMNS[:-1])
    return f"{seconds} {line['statements']:8,.0f} {name}"
