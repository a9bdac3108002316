"""What a test needs beside the code, and what is said when it is not there.

On a developer's machine such tests are not run and that is said loudly; with CI set
nothing may be skipped at all.
"""

import os
from collections.abc import Callable

import pytest

from tests.chromium import find_chromium
from tests.programs import not_run
from tests.run_checks import find_compose


def _on_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "postgres": (_on_postgres, "DATABASE_URL names no PostgreSQL (./dev test does)"),
    "redis": (
        lambda: os.environ.get("REDIS_URL"),
        not_run("redis-server"),
    ),
    "browser": (
        find_chromium,
        not_run("chromium"),
    ),
    "compose": (find_compose, not_run("docker-compose")),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run here as not run, with what is missing."""
    for name, (is_there, why) in NEEDS.items():
        needing = [item for item in items if name in item.keywords]
        # Looking takes its time: a program is asked for its version.
        if needing and not is_there():
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not run."""
    skipped = len(terminalreporter.stats.get("skipped", ()))
    if skipped:
        terminalreporter.write_sep("!", f"NOT RUN: {skipped} tests", red=True)
        terminalreporter.write_line("What they need stands above, beside SKIPPED.")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter is not None and reporter.stats.get("skipped")
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
