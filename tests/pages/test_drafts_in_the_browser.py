"""What is typed into an act's form, and whose it is."""

import pytest
from playwright.sync_api import expect

from tests.browser import Watched
from tests.factories import common
from tests.pages.drafting import WORDS, dialogs_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What else a page keeps for the tab.
FOLD = "sessionStorage.setItem('matrix-folds /x/', '[]')"


@pytest.mark.nightly(
    reason="each push types, reloads and has it back",
    short="tests/pages/test_drafts_in_time.py"
    "::test_who_types_and_reloads_at_once_has_it_back[chromium-1]",
)
def test_leaving_a_form_warns_once_something_is_typed(
    watched: Watched, address: str
) -> None:
    asked = dialogs_of(watched.page)
    watched.log_in("lina")
    watched.open(address)
    watched.open(address)
    assert asked == []
    watched.page.get_by_label("New words").press_sequentially(WORDS)
    watched.open("/admin/")
    assert asked == ["beforeunload"]
    watched.open(address)
    expect(watched.page.get_by_label("New words")).to_have_value(WORDS)
    expect(watched.page.get_by_text("restored")).to_be_visible()


@pytest.mark.nightly(
    reason="each push reads that a page says which form was saved",
    short="tests/pages/test_draft_keys.py"
    "::test_a_page_that_the_browser_stores_has_none",
)
def test_a_refused_form_keeps_its_draft_and_a_saved_one_does_not(
    watched: Watched, address: str
) -> None:
    watched.log_in("lina")
    page = watched.page
    watched.open(address)
    page.get_by_label("New words").fill(WORDS)
    page.get_by_role("button", name="Reword it").click()
    page.get_by_text("It has new words.").wait_for()
    watched.open(address)
    expect(page.get_by_text("restored")).to_have_count(0)


def test_without_a_connection_an_act_waits_until_it_is_back(
    watched: Watched, address: str
) -> None:
    watched.log_in("lina")
    watched.open(address)
    page = watched.page
    page.get_by_label("New words").fill(WORDS)
    page.context.set_offline(True)
    page.get_by_role("button", name="Reword it").click()
    expect(page.get_by_text("Not saved. Try again.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_text("It has new words.").wait_for()


@pytest.mark.nightly(
    reason="each push reads what is kept, which one key opens",
    short="tests/pages/test_kept_drafts.py"
    "::test_what_is_kept_is_read_by_its_person_alone[chromium]",
)
def test_nobody_else_sees_a_draft(watched: Watched, address: str) -> None:
    watched.log_in("lina")
    page = watched.page
    watched.open(address)
    page.get_by_label("New words").fill(WORDS)
    watched.open("/admin/")
    page.evaluate(FOLD)
    page.context.clear_cookies()
    watched.log_in("lina")
    assert page.evaluate("sessionStorage.length") == 1
    page.context.clear_cookies()
    watched.log_in(common.otto().username)
    watched.open("/admin/")
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.nightly(
    reason="each push asks that a page for nobody names no key",
    short="tests/pages/test_draft_keys.py::test_a_stranger_has_none",
)
def test_logging_out_leaves_nothing_in_the_tab(watched: Watched, address: str) -> None:
    watched.page.set_viewport_size({"width": 1440, "height": 900})
    watched.log_in("lina")
    page = watched.page
    watched.open(address)
    page.get_by_label("New words").fill(WORDS)
    watched.open("/admin/")
    page.evaluate(FOLD)
    page.get_by_role("button", name="account menu").press("Enter")
    page.get_by_role("button", name="Log out").press("Enter")
    page.wait_for_url("**/login/**")
    assert page.evaluate("sessionStorage.length") == 0
