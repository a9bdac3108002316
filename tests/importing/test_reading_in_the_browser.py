"""How a file is read is chosen in a browser, and a large import is watched there."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, JournalHead
from evaltracker.importing.services.imports import work_on_imports
from tests.browser import Watched
from tests.factories import common
from tests.faults.notices.world import Process
from tests.served import app_login
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORK = (
    "import django; django.setup(); "
    "from evaltracker.importing.services.imports import work_on_imports; "
    "work_on_imports()"
)
FOREIGN = "Nr,What we need,Priority,Weight\n" + "".join(
    f"{at},Does thing {at} as well as the others do,High,{at % 10}\n"
    for at in range(1, 140)
)
PHONE: ViewportSize = {"width": 360, "height": 800}


def upload(page: Page, home: str, folder: Path, content: str) -> Evaluation:
    """Choose a file of requirements."""
    where = common.evaluation()
    watched = Watched(page, home)
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/import/requirements/")
    file = folder / "needs.csv"
    file.write_text(content)
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_role("heading", name="needs.csv").wait_for()
    assert watched.barriers() == []
    return where


@pytest.mark.nightly(
    reason="each push chooses and corrects by the same form",
    short="tests/importing/test_import_page.py"
    "::test_a_refused_cell_is_typed_anew_in_its_place",
)
def test_a_choice_acts_at_once_and_the_focus_goes_to_what_is_open_next(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    content = FOREIGN + "140,The last of all of them,should,eleven\n"
    where = upload(page, live_server.url, tmp_path, content)
    assert page.evaluate("document.documentElement.scrollHeight") <= 2_000
    button = page.get_by_role("button", name="Import 1")
    expect(button).to_be_disabled()
    expect(page.get_by_text("2 things to choose")).to_be_visible()
    page.get_by_label("“High”").select_option("must")
    expect(page.get_by_text("1 thing to choose")).to_be_visible()
    expect(page.get_by_label("1 row cannot come in")).to_be_focused()
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE["width"]
    page.get_by_role("link", name="1 refused row").click()
    page.get_by_label("Row 141, corrected").fill("9")
    page.keyboard.press("Tab")
    expect(page.get_by_text("things to choose")).to_have_count(0)
    page.get_by_role("button", name="Import 140").click()
    expect(page.get_by_text("140 added, 0 changed")).to_be_visible()
    assert where.requirements.get(ref="140").weight == 9


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
    lines = [f"Q{at},What Q{at} asks,{filling}" for at in range(rows)]
    where = common.evaluation()
    watched = Watched(page, home)
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/import/requirements/")
    file = folder / "needs.csv"
    file.write_text("\n".join(["Ref,Requirement,Filling", *lines]))
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    assert watched.barriers() == []
    work_on_imports()
    page.get_by_role("button", name=f"Import {rows:,}").click()
    return where


def moves(bar: Locator) -> None:
    """Watch the bar until it has shown a second number, and none that goes back.

    Raises:
        AssertionError: it went back, or stood still for a minute.

    """
    seen: dict[str, list[int]] = {}

    def has_moved() -> bool:
        for step, value in bar.evaluate_all(
            "bars => bars.map(bar => [bar.getAttribute('aria-label'), bar.value])"
        ):
            seen.setdefault(step, []).append(int(value))
        assert all(values == sorted(values) for values in seen.values()), seen
        return sum(len(set(values)) for values in seen.values()) > 1

    until(has_moved, within=60, what=lambda: f"a second number; it showed {seen}")


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="each push has a large file come in, and its progress over HTTP",
    short="tests/importing/test_large_imports.py"
    "::test_a_large_file_is_read_and_imported_in_the_background_once",
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


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="a process of its own; each push puts one away while it comes in",
    short="tests/importing/test_large_imports.py"
    "::test_a_file_that_is_put_away_while_it_comes_in_leaves_nothing",
)
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
