"""People on a small phone without scripts, and no barrier there or at a draft."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.vendors.portal.test_people import colleague, draft
from tests.vendors.portal.visitor import Visitor, sign_in_with
from vendors.models import Contact, VendorToken

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 640}


@pytest.fixture
def visitor(online: Visitor, live_server: LiveServer) -> Visitor:
    """Who came later than a colleague and the colleague's draft."""
    online.browser.defaults["HTTP_HOST"] = live_server.url.removeprefix("http://")
    draft(online.sign_in(), "Secret plan")
    where = online.link.candidate.evaluation
    return colleague(online, "Cy Ott", "cy@acme.example", where)


@pytest.mark.nightly(
    reason="ten seconds of looks; each push does the same by the same forms",
    short="tests/vendors/portal/test_people.py"
    "::test_q26_not_one_of_us_holds_until_a_contact_asks_for_them",
)
def test_people_on_a_small_phone(
    visitor: Visitor,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> None:
    plain = new_context(java_script_enabled=False, viewport=SMALL)
    page = plain.new_page()
    sign_in_with(page, live_server.url, visitor)
    page.get_by_role("link", name="People").click()
    page.get_by_text("Make a token of your own").click()
    page.get_by_label("What it is for").fill("Build server")
    page.get_by_role("button", name="Make a token").click()
    secret = page.get_by_label("Token", exact=True)
    assert secret.input_value().startswith(VendorToken.objects.get().prefix)

    def look(path: str, colours: str) -> None:
        context = new_context(
            viewport=SMALL, storage_state=plain.storage_state(), color_scheme=colours
        )
        watched = Watched(context.new_page(), live_server.url)
        watched.open(path)
        assert watched.barriers() == []
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320
        assert watched.complaints == []

    for path in ("people/", "answer/R1/", "colleagues/"):
        for colours in ("light", "dark"):
            look(f"{visitor.home}{path}", colours)
    page.goto(f"{live_server.url}{visitor.home}people/")
    page.get_by_text("Not one of us").click()
    page.get_by_role("button", name="Keep Ada Park out").click()
    expect(page.get_by_text("kept out since")).to_be_visible()
    assert Contact.objects.exclude(disowned_at=None).get().name == "Ada Park"
