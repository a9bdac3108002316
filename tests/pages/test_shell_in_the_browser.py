"""The admin's frame in a real browser, under the real Content-Security-Policy."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.clients import auditing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/admin/",
    "/admin/evaluations/evaluation/",
    "/admin/evaluations/requirement/",
    "/admin/evaluations/entry/",
    "/admin/evaluations/notice/",
    "/admin/password_change/",
    "/admin/nowhere/",
)


@pytest.mark.nightly(
    reason="each push looks at 25 pages with most kinds of elements",
    short="tests/rights/test_barriers.py"
    "::test_most_kinds_of_elements_have_no_barrier[chromium]",
)
def test_every_page_of_the_shell_is_silent_and_accessible(
    watched: Watched, purchase: Evaluation
) -> None:
    auditing(purchase.owner)
    watched.open("/admin/login/")
    assert watched.barriers() == []
    watched.log_in("lina")
    detail = f"/admin/evaluations/evaluation/{purchase.pk}/change/"
    for path in (*PAGES, detail):
        watched.open(path)
        assert watched.barriers() == [], path
    # The browser itself reports a 404 on its console.
    watched.complaints = [line for line in watched.complaints if "404" not in line]


@pytest.mark.nightly(
    reason="the frame by keys; each push does an act by keys",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_the_frame_works_without_a_mouse(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.page.set_viewport_size({"width": 1440, "height": 900})
    auditing(purchase.owner)
    watched.log_in("lina")
    watched.open("/admin/evaluations/requirement/")
    page = watched.page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"

    page.get_by_role("button", name="account menu").press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    assert "dark" in (page.locator("html").get_attribute("class") or "")
    assert watched.barriers() == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").press("Enter")
    page.get_by_role("link", name="Must have").press("Enter")
    page.wait_for_url("**/?priority=must")
    assert page.get_by_text("Shows cost by team").count() == 0


@pytest.mark.nightly(
    reason="the frame on a phone; each push does an act by keys",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_the_navigation_opens_and_closes_on_a_phone(
    watched: Watched, purchase: Evaluation
) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/journal/")
    journal = watched.page.get_by_role("link", name="Journal", exact=True)
    assert not journal.is_visible()
    watched.page.get_by_role("button", name="Navigation", exact=True).press("Enter")
    journal.wait_for(state="visible")
    assert watched.barriers() == []
    watched.page.keyboard.press("Escape")
    journal.wait_for(state="hidden")
    width = watched.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.nightly(
    reason="each push reads the menu and its groups",
    short="tests/pages/test_evaluation_menu.py"
    "::test_a_page_says_where_the_reader_is_and_names_no_page_twice",
)
def test_the_menu_of_an_evaluation_stands_at_1280_and_opens_by_keyboard(
    watched: Watched, purchase: Evaluation
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1280, "height": 800})
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/")
    menu = page.get_by_role("navigation", name="Main")
    brief = menu.get_by_role("link", name="Brief", exact=True)
    assert brief.is_visible()
    files = menu.get_by_role("link", name="Files", exact=True)
    assert not files.is_visible()
    menu.locator("summary", has_text="Record").press("Enter")
    files.wait_for(state="visible")
    assert watched.barriers() == []
    before = brief.bounding_box()
    files.press("Enter")
    page.wait_for_url("**/files/")
    assert menu.locator("[aria-current=page]").inner_text() == "Files"
    assert brief.bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.nightly(
    reason="each push reads how a field is marked and explained",
    short="tests/pages/test_acts.py::test_an_empty_field_is_marked_and_explained",
)
@pytest.mark.usefixtures("known_acts")
def test_an_act_is_done_by_keyboard_and_its_errors_are_announced(
    watched: Watched, purchase: Evaluation
) -> None:
    target = purchase.requirements.get(ref="R1")
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.log_in("lina")
    watched.open(f"/admin/act/test-reword/{target.pk}/")
    assert watched.barriers() == []
    page = watched.page
    page.get_by_role("button", name="Reword it").press("Enter")
    assert page.get_by_role("alert").evaluate("e => e === document.activeElement")
    assert watched.barriers() == []
    page.get_by_label("New words").fill("Trains on GPUs that we own")
    page.get_by_role("button", name="Reword it").press("Enter")
    page.get_by_text("It has new words.").wait_for()
    # A refused form is a 400, which the browser itself reports.
    watched.complaints = [line for line in watched.complaints if "400" not in line]
