"""Scoring with the keyboard at a desk, with a thumb on a phone, without our scripts."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from tests.browser import Watched
from tests.trials.admin.scoring import address, part, scoring
from trials.models import Score

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK: ViewportSize = {"width": 1280, "height": 844}
PHONE: ViewportSize = {"width": 390, "height": 844}


def given(where: Evaluation) -> list[tuple[str, int, str]]:
    """What Elif has given, in the order of the candidates."""
    rows = Score.objects.filter(sheet__stakeholder=part(where)).order_by("given_at")
    return [(row.candidate.name, row.value, row.reason) for row in rows]


def open_first(watched: Watched, where: Evaluation) -> None:
    watched.log_in("elif")
    watched.open(address(where, "Acme ML", "Training"))


def test_digits_arrows_and_tab_are_enough_to_score_all(watched: Watched) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(DESK)
    open_first(watched, where)
    expect(page.get_by_text("We do that on every cluster.").first).to_be_visible()
    keys = page.keyboard
    keys.press("4")
    expect(page.get_by_role("radio", name="4", exact=True)).to_be_checked()
    keys.press("Tab")
    keys.type("It restarted 5 jobs")
    keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", name="Training of Globex ML")).to_be_visible()
    keys.press("2")
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()
    keys.press("Tab")
    keys.type("Only planned")
    keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_text("2 of 4")).to_be_visible()
    assert given(where) == [
        ("Acme ML", 4, "It restarted 5 jobs"),
        ("Globex ML", 3, "Only planned"),
    ]
    assert watched.barriers() == []
    assert watched.complaints == []


def test_a_score_is_saved_as_soon_as_it_is_left(watched: Watched) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(DESK)
    open_first(watched, where)
    why = page.get_by_label("Why")
    why.fill("First the reason")
    page.get_by_role("heading", name="Training of Acme ML").click()
    assert given(where) == []  # a reason alone is no score
    page.get_by_role("radio", name="5").check(force=True)
    tall = why.bounding_box()
    why.fill("Seen\n" * 9)
    grown = why.bounding_box()
    assert tall and grown and grown["height"] > tall["height"] + 60
    page.get_by_role("heading", name="Training of Acme ML").click()
    expect(page.get_by_text("1 of 4")).to_be_visible()
    expect(page.get_by_role("link", name="Take the score back")).to_be_visible()
    assert [value for _, value, _ in given(where)] == [5]
    assert watched.complaints == []


def test_on_a_phone_the_evidence_folds_above_the_scores(watched: Watched) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(PHONE)
    open_first(watched, where)
    answer = page.get_by_text("We do that on every cluster.").first
    expect(answer).to_be_hidden()
    five = page.locator(".sv-mark").last
    box = five.bounding_box()
    assert box
    assert box["y"] + box["height"] < PHONE["height"]
    assert box["height"] >= 44
    page.get_by_text("What is on file: 2 requirements").click()
    expect(answer).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    five.click()
    page.get_by_label("Why").fill("Fine")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").click()
    assert given(where) == [("Acme ML", 5, "Fine")]
    assert watched.barriers() == []
    assert watched.complaints == []


def test_where_the_pages_own_scripts_do_not_load_the_form_leads_on(
    page: Page, live_server: LiveServer
) -> None:
    where = scoring()
    for name in ("score", "in_place", "drafts"):
        page.route(f"**/{name}*.js", lambda route: route.abort())
    watched = Watched(page, live_server.url)
    open_first(watched, where)
    page.locator(".sv-mark").nth(3).click()
    page.get_by_label("Why").fill("Plain")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").click()
    assert given(where) == [("Acme ML", 3, "Plain")]
    expect(page.get_by_role("heading", name="Training of Globex ML")).to_be_visible()
