"""Runs pytest against services: those that are named, else throw-away ones.

`./dev test` calls this. DATABASE_URL and REDIS_URL win when set; else a PostgreSQL,
a copy of the one that is kept with the template of all test databases in it, and a
Redis are started in a temporary folder and always stopped again.

Flags, files and folders run what each push runs: all but what is marked `nightly` on
PostgreSQL, then, without files and folders, what is marked `smoke` on SQLite. A node id
or `-m` runs exactly that. With `--all` nothing waits for the night; without files and
folders everything runs on SQLite too, and the floor of coverage is kept.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests import costs, summary
from tests.architecture import sentences
from tests.kept_postgres import kept_postgres
from tests.processes import Children, adopt_orphans, core_seconds
from tests.programs import missing_packages
from tests.services import postgres, redis, say, service_folder

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "tests"
# What SQLite cannot do or has been seen on PostgreSQL already.
ON_SQLITE = "not postgres and not redis and not browser"
EVERY_PUSH = "not nightly"
ALL = "--all"
SLOWEST = "--slowest"
TOO_DEAR = 1_000  # core-seconds of a push
# With these, pytest has to stay one process.
ALONE = ("-n", "-p", "-s")
ALONE_BY_NAME = {
    *("--co", "--collect-only", "--fixtures"),
    *("--numprocesses", "--pdb", "--trace"),
}
# Flags whose value is an argument of its own.
TAKES_A_VALUE = {"-k", "-m", "-n", "-p", "-o", "-W", "-c", "-r", "--durations"}
NO_TESTS = 5  # the exit code of pytest
SMOKE = re.compile(r"pytest\.mark\.smoke\b")


@dataclass
class Request:
    """What the command was asked for."""

    everything: bool
    slowest: bool
    arguments: list[str]
    paths: list[str]

    @property
    def is_exact(self) -> bool:
        """Whether tests are named one by one, or by a mark of the caller's own."""
        marked = any(argument.startswith("-m") for argument in self.arguments)
        return marked or any("::" in path for path in self.paths)

    @property
    def is_whole(self) -> bool:
        """Whether no files, folders or marks are named."""
        return not self.paths and not self.is_exact

    @property
    def is_one_process(self) -> bool:
        """Whether pytest must not start workers, or would lose by it."""
        # Workers take longer to start than one file to run.
        one_file = len(self.paths) == 1 and ".py" in self.paths[0]
        return one_file or any(
            argument.startswith(ALONE) or argument.partition("=")[0] in ALONE_BY_NAME
            for argument in self.arguments
        )


@dataclass
class Outcome:
    """How all runs of one command ended."""

    code: int = 0
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    left_to_the_night: int = 0

    def add(self, code: int, file: Path) -> None:
        """Add what a run of pytest wrote of itself."""
        self.code = self.code or code
        # Of `--help` there is nothing to write.
        if not file.exists() or not file.stat().st_size:
            return
        content = json.loads(file.read_text())
        self.passed += content["passed"]
        self.failed += content["failed"]
        self.skipped.update(content["skipped"])
        self.left_to_the_night = max(self.left_to_the_night, content[summary.NIGHTLY])

    @property
    def not_run(self) -> int:
        """Tests for which something is missing on this machine."""
        return sum(self.skipped.values())


def main(arguments: Sequence[str]) -> int:
    """The exit code of pytest, the first failing one when it ran twice."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    request = read(arguments)
    for path in request.paths:
        if not (ROOT / path.partition("::")[0]).exists():
            say(f"There is no folder or file {path}.")
            return 2

    packages = missing_packages() if request.everything else []
    if packages:
        say(f"Missing, so what needs it is not run: {', '.join(packages)}")

    RESULTS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="evaltracker-run-") as name:
        folder = Path(name)
        outcome = run(request, folder)
        if outcome.code == NO_TESTS and outcome.left_to_the_night:
            again = " ".join(["./dev test --all", *request.paths])
            say(f"0 of each push; {outcome.left_to_the_night} nightly: {again}")
            return 0
        if request.slowest:
            say(costs.report(folder))
            (RESULTS / "costs.jsonl").write_text(costs.all_lines(folder))
        minutes = (time.monotonic() - began) / 60
        if request.everything and request.is_whole:
            write_results(outcome, minutes, folder)
    return conclude(request, outcome, minutes, packages)


def read(arguments: Sequence[str]) -> Request:
    """Part our own flags from those of pytest, and from files and folders."""
    own = {ALL, SLOWEST}
    chosen = [argument for argument in arguments if argument not in own]
    paths = []
    before = ""
    for argument in chosen:
        if not argument.startswith("-") and before not in TAKES_A_VALUE:
            paths.append(argument)
        before = argument
    return Request(ALL in arguments, SLOWEST in arguments, chosen, paths)


def run(request: Request, folder: Path) -> Outcome:
    """Run pytest on PostgreSQL, then on SQLite where nothing is chosen."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # Else each worker and each process of a test compiles the whole product anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if request.slowest or request.everything:
        env[costs.FOLDER] = str(folder)
    outcome = Outcome()
    with ExitStack() as stack:
        services = stack.enter_context(service_folder())
        extra: list[str] = []
        if not env.get("DATABASE_URL"):
            kept = kept_postgres()
            env["DATABASE_URL"] = stack.enter_context(postgres(services, kept=kept))
            # The whole server is thrown away, so its databases need no dropping.
            extra = ["--reuse-db"]
        if not env.get("REDIS_URL"):
            env["REDIS_URL"] = stack.enter_context(redis(services))
        tier = [] if request.everything or request.is_exact else ["-m", EVERY_PUSH]
        run_pytest([*extra, *tier, *request.arguments], request, env, outcome)

    # In CI one run shows everything; by hand the first failure is mended first.
    if not request.is_whole or (outcome.code and not env.get("CI")):
        return outcome
    say("And on SQLite, the database of the demo ...")
    for name in ("DATABASE_URL", "REDIS_URL", costs.FOLDER):
        env.pop(name, None)
    run_pytest(_on_sqlite(request), request, env, outcome)
    return outcome


def _on_sqlite(request: Request) -> list[str]:
    """What runs there; the floor of coverage is kept where nothing else is waited for.
    From Python 3.14 on coverage counts branches by `sys.monitoring`, by itself."""
    if request.everything:
        return ["-q", "-m", ON_SQLITE, "--cov", "--cov-report=term"]
    # Collecting all tests would take longer than to run these.
    files = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if SMOKE.search(path.read_text())
    ]
    marks = f"smoke and {EVERY_PUSH} and {ON_SQLITE}"
    return ["-q", "-n0", "-m", marks, *files]


def run_pytest(
    arguments: Sequence[str], request: Request, env: dict[str, str], outcome: Outcome
) -> None:
    """Run pytest to its end, in parallel unless the arguments forbid it."""
    # Who has nothing left takes from who has most: a few tests take very long.
    # One more than cores, for tests of faults mostly wait.
    parallel = [f"-n{min(4, (os.cpu_count() or 1) + 1)}", "--dist=worksteal"]
    if request.is_one_process or "-n0" in arguments:
        parallel = []
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    with tempfile.NamedTemporaryFile(prefix="evaltracker-", suffix=".json") as file:
        path = Path(file.name)
        path.write_text("")
        code = Children().run(command, cwd=ROOT, env={**env, summary.FILE: file.name})
        outcome.add(code, path)


def write_results(outcome: Outcome, minutes: float, folder: Path) -> None:
    """Keep how the night went, and how long each test took, below var/tests."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    content = {
        "commit": commit.stdout.strip(),
        "minutes": round(minutes, 1),
        "passed": outcome.passed,
        "failed": sorted(set(outcome.failed)),
        "not_run": outcome.not_run,
    }
    (RESULTS / "nightly.json").write_text(json.dumps(content, indent=1) + "\n")
    (RESULTS / "durations.json").write_text(costs.durations(folder))
    (RESULTS / "sentences.txt").write_text(sentences.listing())


def conclude(
    request: Request, outcome: Outcome, minutes: float, packages: Sequence[str]
) -> int:
    """Say in one line how it went; the exit code."""
    used = core_seconds()
    whole, seconds = divmod(round(minutes * 60), 60)
    parts = [
        f"{outcome.passed:,} passed, {len(set(outcome.failed)):,} failed",
        f"{whole} min {seconds:02} s",
        f"{used:,.0f} core-seconds",
    ]
    if outcome.left_to_the_night:
        parts.append(f"left to the night: {outcome.left_to_the_night:,}")
    if outcome.not_run:
        missing = f" (install {', '.join(packages)})" if packages else ""
        parts.append(f"not run: {outcome.not_run:,}{missing}")
    if request.is_whole and not request.everything and used > TOO_DEAR:
        say(f"More than {TOO_DEAR:,} core-seconds for a push: ./dev test --slowest")
    say("; ".join(parts))
    if request.everything and outcome.not_run and os.environ.get("CI"):
        return outcome.code or 1
    return outcome.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
