"""A plug-in for pytest: `pytest --junit-xml=results.xml -p report_to_evaltracker`.

Mark a test with the number of its criterion, and measure in it if the criterion asks
for a number; both stand in the JUnit file that is posted afterwards (see ci_runs.yml):

    @pytest.mark.criterion(1)
    def test_latency(measured):
        measured("12.1", "ms")
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark."""
    config.addinivalue_line("markers", "criterion(number): of the trial's contract")


@pytest.fixture(autouse=True)
def _say_the_criterion(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[None]:
    """Write criterion and time beside a test that has the mark."""
    mark = request.node.get_closest_marker("criterion")
    if mark is not None:
        record_property("criterion", mark.args[0])
        now = datetime.datetime.now(datetime.UTC).isoformat()
        record_property("measured_at", now)
    yield


@pytest.fixture
def measured(
    record_property: Callable[[str, object], None],
) -> Callable[[str, str], None]:
    """Call it with the number, as text, and its unit."""

    def say(value: str, unit: str) -> None:
        record_property("measure.value", value)
        record_property("measure.unit", unit)

    return say
