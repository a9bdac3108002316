"""An act opens over its page, which is shown anew once it is done; by keyboard, too."""

import re

import pytest
from playwright.sync_api import Page, expect

from evaltracker.evaluations.models import Category, Evaluation
from tests.browser import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IDS = "[...document.querySelectorAll('[id]')].map((one) => one.id)"
LOOKS = ((1280, "light"), (1280, "dark"), (390, "light"))


@pytest.fixture
def here(watched: Watched, purchase: Evaluation) -> Watched:
    """Lina at the requirements; the page would forget a mark if it were loaded anew."""
    watched.log_in("lina")
    watched.open(f"/admin/e/{purchase.slug}/requirements/")
    watched.page.evaluate("window.__mark = true")
    return watched


def is_same(page: Page) -> bool:
    """Whether the page was not loaded anew since."""
    return bool(page.evaluate("window.__mark === true"))


def test_done_by_keyboard_the_page_shows_it_without_a_load(here: Watched) -> None:
    page = here.page
    page.get_by_role("link", name="Add a category").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("Add a category"))
    expect(dialog.get_by_label("Name")).to_be_focused()
    ids = page.evaluate(IDS)
    assert len(ids) == len(set(ids))
    page.keyboard.type("Running it")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="category")).to_be_visible()
    # The focus goes to what was made; here, to its row.
    expect(page.locator("#grid-weights :focus")).to_be_visible()
    # The grid is drawn again with it, not left as a table.
    expect(page.locator("#grid-requirements [role=gridcell]").first).to_be_visible()
    assert is_same(page)
    assert Category.objects.filter(name="Running it").exists()


@pytest.mark.nightly(
    reason="another way through the dialog; each push does an act there by keyboard",
    short="::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_refused_it_says_so_at_the_field_and_keeps_what_was_typed(
    here: Watched, purchase: Evaluation
) -> None:
    page = here.page
    page.get_by_role("link", name="Add a category").click()
    dialog = page.get_by_role("dialog", name=re.compile("Add a category"))
    taken = Category.objects.filter(evaluation=purchase).first()
    assert taken is not None
    dialog.get_by_label("Name").fill(taken.name)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_focused()
    expect(dialog.get_by_label("Name")).to_have_value(taken.name)
    here.complaints = [
        text for text in here.complaints if "the server responded with" not in text
    ]
    dialog.get_by_label("Name").fill("Another one")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_hidden()
    assert is_same(page)


@pytest.mark.nightly(
    reason="another way through the dialog; each push does an act there by keyboard",
    short="::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_closed_it_keeps_a_draft_and_gives_the_focus_back(here: Watched) -> None:
    page = here.page
    link = page.get_by_role("link", name="Add a category")
    link.click()
    dialog = page.get_by_role("dialog", name=re.compile("Add a category"))
    dialog.get_by_label("Name").fill("Half a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    expect(page.locator("dialog.et-dialog")).to_be_empty()
    link.click()
    expect(dialog.get_by_label("Name")).to_have_value("Half a")
    expect(dialog.get_by_text("Draft from")).to_be_visible()
    dialog.get_by_role("button", name="Discard").click()
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert is_same(page)


@pytest.mark.nightly(
    reason="each push reads the same form as a page",
    short="tests/pages/test_dialog.py::test_its_form_is_that_of_the_page",
)
def test_with_a_key_held_it_opens_as_a_page(here: Watched) -> None:
    link = here.page.get_by_role("link", name="Add a category")
    with here.page.context.expect_page() as other:
        link.click(modifiers=["ControlOrMeta"])
    expect(other.value.get_by_role("button", name="Add", exact=True)).to_be_visible()
    expect(here.page.locator("dialog.et-dialog[open]")).to_have_count(0)


@pytest.mark.nightly(
    reason="three looks; each push counts the ids of an act over its page",
    short="::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_no_id_stands_twice_and_axe_finds_no_barrier(here: Watched) -> None:
    page = here.page
    page.get_by_role("link", name="Add a requirement").click()
    expect(page.locator("dialog.et-dialog[open] form")).to_be_visible()
    ids = page.evaluate(IDS)
    assert len(ids) == len(set(ids))
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert here.barriers() == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


@pytest.mark.nightly(
    reason="each push sends the form and reads what it begins",
    short="tests/pages/test_dialog.py"
    "::test_one_more_is_begun_where_the_last_one_was_done",
)
def test_several_are_added_one_after_the_other(here: Watched) -> None:
    page = here.page
    page.get_by_role("link", name="Add a category").click()
    dialog = page.get_by_role("dialog", name=re.compile("Add a category"))
    dialog.get_by_label("Name").fill("Running it")
    dialog.get_by_role("button", name="Add and start another").click()
    expect(dialog.get_by_role("status")).to_contain_text("category")
    expect(dialog.get_by_label("Name")).to_have_value("")
    dialog.get_by_label("Name").fill("Leaving it")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_hidden()
    assert is_same(page)
    assert Category.objects.filter(name__endswith=" it").count() == 2
