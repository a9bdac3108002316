"""How a run of pytest ended, in a file that `./dev test` reads.

`TEST_SUMMARY` names the file. Who hands tests out to workers writes it: reports of all
tests arrive there, and each worker tells how many tests it left to the night.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FILE = "TEST_SUMMARY"
NIGHTLY = "left_to_the_night"


class Summary:
    """Counts what becomes of the tests of a run."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: dict[str, None] = {}
        self.skipped: Counter[str] = Counter()
        self.left_to_the_night = 0

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what waits for the night."""
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        self.left_to_the_night += len(nightly)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test, or the part of one that went wrong."""
        if report.failed:
            self.failed[report.nodeid] = None
        elif report.skipped:
            self.skipped[reason_of(report)] += 1
        elif report.when == "call" and not hasattr(report, "context"):
            self.passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a module that cannot be read."""
        if report.failed:
            self.failed[report.nodeid] = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a worker counted; all of them leave the same."""
        counted = getattr(node, "workeroutput", {}).get(NIGHTLY, 0)
        self.left_to_the_night = max(self.left_to_the_night, counted)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the one who hands tests out, or write the file."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[NIGHTLY] = self.left_to_the_night
            return
        content = {
            "passed": self.passed,
            "failed": [*self.failed],
            "skipped": self.skipped,
            NIGHTLY: self.left_to_the_night,
        }
        Path(os.environ[FILE]).write_text(json.dumps(content))


def reason_of(report: pytest.TestReport) -> str:
    """Why a test was skipped."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)


def pytest_configure(config: pytest.Config) -> None:
    """Count where somebody reads it."""
    if os.environ.get(FILE):
        config.pluginmanager.register(Summary())
