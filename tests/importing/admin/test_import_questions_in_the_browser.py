"""Questions about a file: answered by everybody, at a desk and on a phone."""

import pytest
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.cast import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE: ViewportSize = {"width": 390, "height": 844}
NEEDS = b"ref,text,priority,owner\nR1,Trains,High,Ann\nR2,Serves,Low,\nR3,,must,\n"


def test_questions_are_answered_on_a_phone(page: Page, live_server: LiveServer) -> None:
    where = common.evaluation()
    watched = Watched(page, live_server.url)
    page.set_viewport_size(PHONE)
    watched.log_in("lina")
    watched.open(f"/admin/e/{where.slug}/import/requirements/")
    page.get_by_label("Spreadsheet").set_input_files(
        {"name": "needs.csv", "mimeType": "text/csv", "buffer": NEEDS}
    )
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_label("What does “High” in column “priority” mean here?").select_option(
        "must"
    )
    page.get_by_label("What does “Low” in column “priority” mean here?").select_option(
        "could"
    )
    read = page.get_by_role("button", name="Read it this way").first
    read.click()
    page.get_by_label("1 row cannot come in. Import the others?").select_option(index=1)
    assert watched.barriers() == []
    root = "document.documentElement"
    assert not page.evaluate(f"{root}.scrollWidth > {root}.clientWidth")
    read.click()
    page.get_by_role("button", name="Import 2 new and 0 changed").click()
    page.wait_for_url("**/requirements/**")
    assert where.requirements.count() == 2
    assert watched.complaints == []
