"""A program that posts runs."""

from typing import Any

import pytest
from django.utils import timezone

from tests.trials.runs.posting import Program, measured_trial, program
from vendors.rate_limits import forget_counts


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    """Calls of one test do not count in the next."""
    forget_counts()


@pytest.fixture
def ci(db: None) -> Program:
    """The build server of a trial under way."""
    return program(measured_trial())


@pytest.fixture
def mid_minute(time_machine: Any) -> None:
    """The middle of a minute, which does not end while calls are counted."""
    time_machine.move_to(timezone.now().replace(second=30, microsecond=0), tick=False)
