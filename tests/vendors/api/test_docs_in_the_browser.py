"""The API's page in a real browser, under the real Content-Security-Policy."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.nightly(
    reason="a page of another's script in Chromium; each push reads its description",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_the_page_shows_the_calls_and_asks_no_other_host(
    page: Page, live_server: LiveServer
) -> None:
    watched = Watched(page, live_server.url)
    watched.open("/api/v1/docs/")
    page.get_by_text("Answer a requirement").wait_for()
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="the library's page, opened and looked at; each push reads its description",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
@pytest.mark.parametrize(
    ("width", "colours", "back"),
    [
        (1280, "light", "rgb(250, 250, 250)"),
        (375, "dark", "rgb(28, 32, 34)"),
    ],
)
def test_the_page_and_its_opened_calls_can_be_read_by_everybody(
    page: Page, live_server: LiveServer, width: int, colours: Any, back: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=colours)
    watched = Watched(page, live_server.url)
    watched.open("/api/v1/docs/")
    page.get_by_text("Answer a requirement").wait_for()
    assert watched.barriers() == []
    kinds = ("get", "post", "put", "delete")  # each is drawn by the same parts
    for kind in kinds:
        page.locator(f".opblock-{kind} .opblock-summary-control").first.click()
    expect(page.locator(".opblock-body")).to_have_count(len(kinds))
    page.locator(".examples-select-element[aria-label]").first.wait_for()
    expect(page.locator("body")).to_have_css("background-color", back)
    expect(page.get_by_text("No links").first).to_be_hidden()
    told = page.get_by_text("No token, or not a valid one").first.bounding_box()
    assert told is not None
    assert told["width"] > width / 2, "words have the room of the page"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.barriers() == []
