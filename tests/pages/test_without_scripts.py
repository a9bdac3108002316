"""Without scripts pages are there, and forms do what they do."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Category, Evaluation
from tests.factories.common import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[1280, 390])
def plain(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    purchase: Evaluation,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Page]:
    """Lina at the requirements, in a browser that runs no script."""
    size = {"width": request.param, "height": 900}
    page = new_context(java_script_enabled=False, viewport=size).new_page()
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill("lina")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{live_server.url}/admin/e/{purchase.slug}/requirements/")
    yield page


@pytest.mark.nightly(
    reason="Chromium without scripts; a vendor goes its whole way so with each push",
    short="tests/pages/test_dialog_in_the_browser.py"
    "::test_done_by_keyboard_the_page_shows_it_without_a_load[chromium]",
)
def test_an_act_is_a_page_with_a_form(plain: Page) -> None:
    expect(plain.get_by_role("heading", level=1)).to_be_visible()
    plain.get_by_role("link", name="Add a category").click()
    plain.get_by_label("Name").fill("Running it")
    plain.get_by_role("button", name="Add", exact=True).click()
    expect(plain.get_by_text("The category is added.").first).to_be_visible()
    assert Category.objects.filter(name="Running it").exists()
