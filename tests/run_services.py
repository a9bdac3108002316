"""Runs pytest against services: those that are named, else throw-away ones.

`./dev test` calls this. DATABASE_URL and REDIS_URL win when set; else a PostgreSQL,
a copy of the one that is kept with the template of all test databases in it, and a
Redis are started in a temporary folder and always stopped again.

Without arguments it is the tier of every push: all but what is marked `nightly` on
PostgreSQL, then what is marked `sqlite` on SQLite. With `--all` everything runs on
both, and the floor of coverage is kept.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.kept_postgres import kept_postgres
from tests.services import postgres, redis, say, service_folder

ROOT = Path(__file__).resolve().parent.parent
# What SQLite cannot do or has been seen on PostgreSQL already.
ON_SQLITE = "not postgres and not redis and not browser"
EVERY_PUSH = "not nightly"
ALL = "--all"
# With these, pytest has to stay one process.
ALONE = ("-n", "-p", "-s")
ALONE_BY_NAME = {
    *("--co", "--collect-only", "--fixtures"),
    *("--numprocesses", "--pdb", "--trace"),
}


def main(arguments: Sequence[str]) -> int:
    """The exit code of pytest, the first failing one when it ran twice."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    everything = ALL in arguments
    chosen = [argument for argument in arguments if argument != ALL]
    tier = [] if chosen or everything else ["-m", EVERY_PUSH]
    with ExitStack() as stack:
        folder = stack.enter_context(service_folder())
        extra: list[str] = []
        if not env.get("DATABASE_URL"):
            kept = kept_postgres()
            env["DATABASE_URL"] = stack.enter_context(postgres(folder, kept=kept))
            # The whole server is thrown away, so its databases need no dropping.
            extra = ["--reuse-db"]
        if not env.get("REDIS_URL"):
            env["REDIS_URL"] = stack.enter_context(redis(folder))
        code = run_pytest([*extra, *tier, *chosen], env)
        # In CI one run shows everything; by hand the first failure is mended first.
        if chosen or (code and not env.get("CI")):
            return code
    say("And on SQLite, the database of the demo ...")
    for name in ("DATABASE_URL", "REDIS_URL"):
        env.pop(name, None)
    return run_pytest(_on_sqlite(everything=everything), env) or code


def _on_sqlite(*, everything: bool) -> list[str]:
    """What runs there; the floor of coverage is kept where nothing else is waited for.
    From Python 3.14 on coverage counts branches by `sys.monitoring`, by itself."""
    if everything:
        return ["-q", "-m", ON_SQLITE, "--cov", "--cov-report=term"]
    return ["-q", "-m", f"sqlite and {EVERY_PUSH} and {ON_SQLITE}"]


def run_pytest(arguments: Sequence[str], env: dict[str, str]) -> int:
    """Run pytest to its end, in parallel unless the arguments forbid it."""
    # Who has nothing left takes from who has most: a few tests take very long.
    # One more than cores, for tests of faults mostly wait.
    parallel = [f"-n{min(4, (os.cpu_count() or 1) + 1)}", "--dist=worksteal"]
    paths = [
        path
        for argument in arguments
        if (path := ROOT / argument.partition("::")[0]).exists()
    ]
    # Workers take longer to start than one file to run.
    one_file = len(paths) == 1 and paths[0].suffix == ".py"
    if one_file or any(
        argument.startswith(ALONE) or argument.partition("=")[0] in ALONE_BY_NAME
        for argument in arguments
    ):
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
