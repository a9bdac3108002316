"""The buyer's own answers are typed in place, on a page without barriers."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.factories import trials, vendors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = ((1280, False), (1280, True), (390, False))


@pytest.mark.nightly(
    reason="each push sends what the grid sends",
    short="tests/vendors/admin/test_own_answers.py"
    "::test_rows_are_saved_as_the_buyers_answers_and_counted",
)
def test_an_answer_is_typed_into_its_row(page: Page, live_server: LiveServer) -> None:
    watched = Watched(page, live_server.url)
    own = vendors.candidate(trials.platform("must", "must"), "As it is", kind="as_is")
    watched.log_in("lina")
    watched.open(f"/admin/candidates/{own.pk}/answers/")
    grid = page.locator("#grid-own-answers")
    grid.get_by_role("gridcell").filter(has_text="R1").first.click()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("We run it.")
    page.keyboard.press("Tab")
    expect(grid.get_by_role("status")).to_contain_text("Saved.")
    page.keyboard.press("Tab")
    said = own.claims.get()
    assert (said.statement, said.availability) == ("We run it.", "unstated")
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        watched.open(f"/admin/candidates/{own.pk}/answers/")
        expect(page.locator(".gr-cell").first).to_be_visible()
        theme = "on => document.documentElement.classList.toggle('dark', on)"
        page.evaluate(theme, dark)
        page.evaluate("document.getAnimations().forEach(it => it.finish())")
        assert watched.barriers() == [], (width, dark)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.complaints == []
