"""What a test measured, printed at the end of the run, from parallel workers too."""

from collections.abc import Callable

import pytest


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Tells a figure: `figure("T38: 61 patterns, 18 ms the longest")`."""
    return lambda said: record_property("figure", said)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every figure that was told."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
    ]
    said = sorted(
        str(value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "figure"
    )
    if said:
        terminalreporter.write_sep("-", "figures")
    for line in said:
        terminalreporter.write_line(line)
