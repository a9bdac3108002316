"""Prices from a phone without scripts, and no barrier on their page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.factories import vendors
from tests.vendors.portal.visitor import Visitor, sign_in_with
from vendors.models import Quote

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 700}


@pytest.mark.nightly(
    reason="each push quotes by the same forms, and in a browser with scripts",
    short="tests/vendors/portal/test_look_over.py"
    "::test_k2_two_meanings_are_asked_back[chromium]",
)
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
    licence.get_by_label("Price", exact=True).fill("1.200")
    licence.get_by_text("More").click()
    licence.get_by_label("Due").select_option("Monthly")
    support = page.get_by_role("group", name="Support contract")
    support.get_by_label("Included").check()
    support.get_by_label("What support is that?").fill("Around the clock")
    look_over = page.get_by_role("button", name="Look over")
    look_over.click()
    expect(page.get_by_role("alert")).to_contain_text("1 field needs another look")
    price = licence.get_by_label("Price", exact=True)
    expect(price).to_be_focused()
    licence.get_by_role("group", name="Which number is 1.200?").get_by_label(
        "1,200"
    ).check()
    look_over.click()
    looked = page.get_by_role("region", name="Look over your prices")
    expect(looked).to_contain_text("1,200.00 USD for each of 1 user, every month")
    expect(price).to_have_value("1200")
    assert not Quote.objects.exists()
    price.fill("1.200,50")
    page.get_by_role("button", name="Hand in these prices").click()
    expect(page.get_by_role("alert")).to_contain_text("Look them over again")
    page.get_by_role("button", name="Hand in these prices").click()
    expect(page.get_by_role("table")).to_contain_text("1,200.50")
    first, second = Quote.objects.get().lines
    assert first["recurrence"] == "monthly"
    assert (second["state"], second["note"]) == ("included", "Around the clock")

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


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_look_over.py"
    "::test_each_way_to_price_is_said_in_words[chromium]",
)
def test_cleaning_is_priced_in_seven_inputs(
    online: Visitor,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> None:
    vendors.asks_for(online.link.candidate.evaluation, "cleaning")
    watched = Watched(new_context(viewport=NARROW).new_page(), live_server.url)
    page = watched.page
    sign_in_with(page, live_server.url, online)
    page.get_by_role("link", name="Your prices").click()
    typed = page.locator(".vp-price").locator("input, textarea, select")
    seen = typed.and_(page.locator(":not([type=radio])")).filter(visible=True)
    assert seen.count() == 7
    page.get_by_label("Valid until").fill("2040-06-30")
    for number in range(7):
        seen.nth(number).fill(str(number + 1))
    page.get_by_role("group", name="Soap, paper, waste bags").get_by_label(
        "Included"
    ).check()
    assert watched.barriers() == [] and watched.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    look_over = page.get_by_role("button", name="Look over")
    look_over.click()
    supplies = page.get_by_role("group", name="Soap, paper, waste bags")
    expect(supplies).to_contain_text("Only a priced line carries an amount.")
    supplies.get_by_label("Price", exact=True).fill("")
    look_over.click()
    assert watched.barriers() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("button", name="Hand in these prices").click()
    expect(page.get_by_role("table")).to_contain_text("Regular cleaning")
    assert len(Quote.objects.get().lines) == 7
