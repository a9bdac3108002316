"""From the link in a mail to a receipt in a browser: on a phone with scripts, and at a
desk without any."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.cast import common, vendors
from tests.vendors.portal.visitor import Visitor, invited
from vendors.models import SignInCode, Submission
from vendors.secrets import code_of

pytestmark = pytest.mark.browser
MOST_ACTIONS = 25


@pytest.fixture
def visitor(
    transactional_db: None, live_server: LiveServer, settings: Settings
) -> Visitor:
    """Whose mail has the link; four must-haves wait."""
    settings.VENDOR_SITE_URL = live_server.url
    where: Evaluation = common.evaluation()
    for number in range(1, 5):
        common.requirement(where, f"R{number}", "must")
    return Visitor(invited(vendors.in_research(where)))


@pytest.mark.parametrize(
    ("scripts", "width"), [(True, 390), (False, 1280)], ids=["phone", "no scripts"]
)
def test_from_the_mail_to_a_receipt(
    visitor: Visitor,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    scripts: bool,
    width: int,
) -> None:
    size = {"width": width, "height": 844}
    context = new_context(java_script_enabled=scripts, viewport=size)
    watched = Watched(context.new_page(), live_server.url)
    page, actions = watched.page, 0

    def press(name: str) -> None:
        nonlocal actions
        page.get_by_role("button", name=name).click()
        page.wait_for_load_state()
        look()
        actions += 1

    def look() -> None:
        if scripts:
            assert watched.barriers() == []
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, page.url

    page.goto(f"{live_server.url}{visitor.start}")
    look()
    press("Send me a code")
    page.get_by_label("Code").fill(code_of(SignInCode.objects.get().pk))
    press("Open my answers")
    page.get_by_role("link", name="R1").click()
    actions += 2
    for number in range(1, 5):
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"R{number}")
        page.get_by_role("radio", name="Available now").check()
        page.get_by_label("What it does").fill(f"Yes, {number}.")
        if scripts and number == 1:
            saved_by_itself(page)
        press("Done, next")
        actions += 2
    page.get_by_role("link", name="Hand in").click()
    look()
    press("Hand in and get a receipt")
    receipt = Submission.objects.get()
    assert receipt.claims == 4
    expect(page.get_by_role("heading", level=1)).to_contain_text(receipt.number)
    assert actions + 1 <= MOST_ACTIONS
    press("Sign out")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert watched.complaints == []


def saved_by_itself(page: Page) -> None:
    """The draft is kept while it is typed, and the tab may go."""
    expect(page.get_by_role("status")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("What it does")).to_have_value("Yes, 1.")
