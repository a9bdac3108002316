"""Prices from a phone without scripts, and no barrier on their page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.vendors.portal.visitor import Visitor, sign_in_with
from vendors.models import Quote

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def test_prices_are_quoted_on_a_phone_without_scripts(
    online: Visitor,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> None:
    plain = new_context(java_script_enabled=False, viewport=PHONE)
    page = plain.new_page()
    sign_in_with(page, live_server.url, online)
    page.get_by_role("link", name="Your prices").click()
    page.get_by_label("Valid until").fill("2040-06-30")
    licence = page.get_by_role("group", name="Licence or usage")
    licence.get_by_label("Price", exact=True).fill("1.200,50")
    licence.get_by_label("Due").select_option("Yearly")
    page.get_by_role("button", name="Hand in prices").click()
    expect(page.get_by_role("alert")).to_contain_text("1 field needs another look")
    licence.get_by_label("Price", exact=True).fill("1200.50")
    page.get_by_role("button", name="Hand in prices").click()
    expect(page.get_by_role("table")).to_contain_text("1,200.50")
    assert Quote.objects.get().lines[0]["recurrence"] == "yearly"

    seen = new_context(viewport=PHONE, storage_state=plain.storage_state())
    watched = Watched(seen.new_page(), live_server.url)
    watched.page.goto(page.url)
    assert watched.barriers() == []
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.complaints == []

    page.get_by_text("Withdraw your prices").click()
    page.get_by_role("button", name="Withdraw all prices").click()
    expect(page.get_by_text("You have no prices handed in.")).to_be_visible()
    watched.page.reload()
    assert watched.barriers() == []
    assert watched.complaints == []
