"""The number that a vendor claims for a measure: on its page, at a desk and a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Requirement
from tests.browser import Watched
from tests.trials.runs.posting import LATENCY
from tests.vendors.portal.visitor import Visitor, sign_in_with
from vendors.models import Claim

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(online: Visitor) -> Visitor:
    """Who is asked for a latency of at most 20 ms."""
    Requirement.objects.update(measure=LATENCY)
    return online


@pytest.mark.nightly(
    reason="each push drafts, asks back and hands in by the same forms",
    short="tests/vendors/portal/test_claimed_numbers.py"
    "::test_a_number_of_two_readings_is_asked_back_before_it_is_handed_in",
)
def test_a_number_of_another_kind_is_refused_where_it_is_typed(
    visitor: Visitor, live_server: LiveServer, page: Page
) -> None:
    watched = Watched(page, live_server.url)
    sign_in_with(page, live_server.url, visitor)
    page.get_by_role("link", name="R1").first.click()
    number = page.get_by_role("group", name="Your number")
    expect(number.get_by_label("Unit")).to_have_value("ms")
    page.get_by_label("Available now").check()
    page.get_by_label("What it does").fill("Answers fast.")
    number.get_by_label("Number").fill("12")
    number.get_by_label("Unit").fill("requests")
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(color_scheme=scheme)
            assert watched.barriers() == [], (width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    hand_in(page, f"{live_server.url}{visitor.home}")
    wrong = "“requests” cannot be compared with “ms”"
    expect(page.get_by_role("main")).to_contain_text(wrong)
    page.get_by_role("link", name="What R1 asks for").click()
    expect(number.get_by_label("Number")).to_have_value("12")
    number.get_by_label("Number").fill("1.200")
    with page.expect_navigation():
        page.get_by_role("button", name="Done, next").click()
    expect(number).to_contain_text("Which number is 1.200?")
    assert watched.barriers() == []
    # Enter chooses none of them.
    with page.expect_navigation():
        number.get_by_label("Number").press("Enter")
    expect(number.get_by_label("Number")).to_have_value("1.200")
    number.get_by_label("1.2", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Done, next").click()
    page.go_back()
    page.reload()
    expect(number.get_by_label("Number")).to_have_value("1.2")
    number.get_by_label("Unit").fill("s")
    number.get_by_label("Number").fill("0.012")
    hand_in(page, f"{live_server.url}{visitor.home}")
    expect(page.get_by_role("main")).to_contain_text("receipt")
    assert Claim.objects.get().number_words == "0.012 s"


def hand_in(page: Page, home: str) -> None:
    """Hand in what was typed, once the page after it is there."""
    with page.expect_navigation():
        page.get_by_role("button", name="Done, next").click()
    page.goto(f"{home}hand-in/")
    page.get_by_role("button", name="Hand in and get a receipt").click()
    page.wait_for_load_state("networkidle")
