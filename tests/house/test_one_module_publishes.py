"""Work for later is a row; only one module may talk to the broker (R18)."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings

from evaltracker.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLISHER = ROOT / "evaltracker" / "notices" / "tasks.py"
PROMISES = re.compile(
    r"\b(eta|countdown)=|\.retry\(|\.delay\(|\.delay_on_commit\(|apply_async|send_task"
)
SOURCES = [
    path
    for folder in ("evaltracker", "stakeholders", "vendors", "trials")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_no_other_module_publishes_a_task_or_promises_it_for_later() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SOURCES
        if path != PUBLISHER
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if PROMISES.search(line)
    ]

    assert PUBLISHER in SOURCES
    assert not found, "write a row that a sweep finds, or call tasks.nudge()"


@pytest.mark.parametrize(
    "line",
    ["t.apply_async(eta=now)", "f(countdown=3)", "self.retry(exc=e)", "t.delay(1)"],
)
def test_the_pattern_finds_each_way_to_do_it(line: str) -> None:
    assert PROMISES.search(line)


def test_even_the_publisher_promises_nothing_for_later() -> None:
    assert not re.search(r"\b(eta|countdown)=|\.retry\(", PUBLISHER.read_text())


# Loading a worker's modules runs the system checks, which look at the database.
@pytest.mark.django_db
def test_beat_only_wakes_at_intervals_and_each_wake_up_expires() -> None:
    assert settings.CELERY_BEAT_SCHEDULE
    app.loader.import_default_modules()
    entries: Iterable[dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE.values()
    for entry in entries:
        assert entry["task"] in app.tasks
        assert not isinstance(entry["schedule"], crontab)
        assert entry["options"]["expires"] <= entry["schedule"]
        assert "args" not in entry
        assert app.tasks[entry["task"]].ignore_result
        assert app.tasks[entry["task"]].time_limit
