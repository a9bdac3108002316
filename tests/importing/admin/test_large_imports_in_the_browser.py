"""A large import is watched, left, found again and stopped in a browser."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    JournalHead,
)
from evaltracker.importing.services.log import work_on_imports
from tests.browser import Watched
from tests.cast import common
from tests.faults.notices.world import Process
from tests.served import app_login

pytestmark = [
    pytest.mark.browser,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]
WORK = (
    "import django; django.setup(); "
    "from evaltracker.importing.services.log import work_on_imports; "
    "work_on_imports()"
)


@contextmanager
def at_work(log: Path) -> Iterator[Process]:
    """The background's work, as a process of its own with production's rights."""
    with app_login() as login:
        env = {**os.environ, "DATABASE_URL": login}
        env["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        work = Process([sys.executable, "-c", WORK], env, log)
        try:
            yield work
        finally:
            work.kill()


def say_yes(page: Page, home: str, folder: Path, rows: int, filling: str) -> Evaluation:
    """Choose a large file, wait for its preview, and say yes."""
    where = common.evaluation()
    watched = Watched(page, home)
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/import/requirements/")
    lines = [f"Q{at},What Q{at} asks,{filling}" for at in range(rows)]
    file = folder / "needs.csv"
    file.write_text("\n".join(["ref,text,note", *lines]))
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    assert watched.barriers() == []
    work_on_imports()
    page.get_by_role("button", name=f"Import {rows:,} new and 0 changed").click()
    return where


def moves(bar: Locator) -> None:
    """Watch the bar until it has shown a second number, and none that goes back.

    Raises:
        AssertionError: it went back, or stood still for a minute.

    """
    seen: dict[str, list[int]] = {}
    for _ in range(300):
        for step, value in bar.evaluate_all(
            "bars => bars.map(bar => [bar.getAttribute('aria-label'), bar.value])"
        ):
            seen.setdefault(step, []).append(int(value))
        assert all(values == sorted(values) for values in seen.values()), seen
        if sum(len(set(values)) for values in seen.values()) > 1:
            return
        bar.page.wait_for_timeout(200)
    raise AssertionError(seen)


@pytest.mark.nightly(
    reason="stopping one is tried in each push, and progress over HTTP"
)
def test_a_large_import_is_watched_left_and_found_again(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    rows = 30_000
    where = say_yes(page, live_server.url, tmp_path, rows, "x" * 40)
    bar = page.locator("progress")
    with at_work(tmp_path / "work.log"):
        # It is not over while the journal is held, however quick the machine is.
        with transaction.atomic():
            JournalHead.objects.select_for_update().get(evaluation=where)
            expect(bar).to_be_visible(timeout=60_000)
            moves(bar)
            page.goto(f"{live_server.url}/admin/")
            page.get_by_role("link", name="Requirements come in from").click()
            expect(bar).to_be_visible(timeout=60_000)
        said = page.get_by_text(f"{rows:,} new, 0 changed")
        expect(said).to_be_visible(timeout=60_000)
    assert where.requirements.count() == rows


def test_a_large_import_that_is_stopped_brings_nothing_in(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    where = say_yes(page, live_server.url, tmp_path, 700, "x" * 2500)
    with at_work(tmp_path / "work.log") as work:
        # Nothing comes in while the journal is held.
        with transaction.atomic():
            JournalHead.objects.select_for_update().get(evaluation=where)
            expect(page.locator("progress")).to_be_visible(timeout=60_000)
            page.get_by_role("button", name="Stop, and import nothing").click()
            expect(page.get_by_text("nothing was imported")).to_be_visible()
        assert work.process.wait(timeout=60) == 0
    assert where.requirements.count() == 0
    assert not Import.objects.exists()
    assert not ImportDraft.objects.exists()
