"""The search box in a real browser: by keyboard alone, on a phone, without scripts."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.factories import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOME = "/admin/evaluations/evaluation/"


@pytest.mark.parametrize("key", ["Control+k", "/"])
@pytest.mark.nightly(
    reason="the search in Chromium; each push searches by the client",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_a_thing_is_opened_by_keyboard_alone(
    watched: Watched, purchase: Evaluation, key: str
) -> None:
    common.requirement(purchase, ref="S1", text="Signs on by SAML")
    common.requirement(purchase, ref="S2", text="Provisions SAML groups")
    watched.page.set_viewport_size({"width": 1440, "height": 900})
    watched.log_in("lina")
    watched.open(HOME)
    page = watched.page
    opener = page.get_by_role("button", name="Search or do anything")
    opener.focus()
    page.keyboard.press(key)
    box = page.get_by_role("combobox", name="Search or do anything")
    assert box.evaluate("e => e === document.activeElement")
    assert watched.barriers() == []

    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert opener.evaluate("e => e === document.activeElement")

    page.keyboard.press(key)
    page.keyboard.type("saml")
    page.get_by_role("status").filter(has_text="2 results").wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert watched.barriers() == []
    first, second = page.get_by_role("option").all()
    assert first.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    assert second.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == second.get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requirements/?q=S1**")
    page.wait_for_load_state("networkidle")  # its grids are still being read


@pytest.mark.nightly(
    reason="the search on a phone; each push searches by the client",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_a_phone_has_it_too(watched: Watched, purchase: Evaluation) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in("lina")
    page = watched.page
    page.get_by_role("button", name="Search or do anything").click()
    page.keyboard.type("nothing like it")
    page.get_by_role("status").filter(has_text="Nothing found").wait_for()
    assert watched.barriers() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Close search").click()
    watched.open("/admin/search/?q=platform")
    assert watched.barriers() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.nightly(
    reason="each push searches by the page that has no script",
    short="tests/pages/test_search.py::test_more_of_a_kind_leads_to_a_page_of_its_own",
)
@pytest.mark.parametrize("missing", ["shim", "search", "alpine"])
def test_nothing_lies_over_the_page_when_a_script_is_missing(
    watched: Watched, purchase: Evaluation, missing: str
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 900})
    watched.log_in("lina")
    page.route(f"**/{missing}*.js", lambda route: route.abort())
    page.goto(f"{watched.home}{HOME}")
    page.wait_for_load_state("networkidle")
    for dialog in ("#search", "#changelist-filter", "#modal-overlay"):
        assert not page.locator(dialog).is_visible(), dialog
    if missing == "search":
        page.get_by_role("button", name="Search or do anything").click()
        page.get_by_label("Search for").fill("platform")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("link", name=purchase.title).click()
    elif missing == "shim":
        page.locator("main").get_by_role("link", name=purchase.title).first.click()
        page.wait_for_url(f"**/e/{purchase.slug}/**")
    page.wait_for_load_state("networkidle")  # no grid is still being read
    # What the browser and Alpine say of the missing file is no fault of ours.
    watched.complaints.clear()
