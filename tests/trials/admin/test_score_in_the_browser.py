"""Scoring with the keyboard at a desk, with a thumb on a phone, without our scripts."""

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect
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


def row(page: Page, name: str, category: str = "Training") -> Locator:
    return page.get_by_role("group", name=f"Score: {category}, {name}")


@pytest.mark.nightly(
    reason="scores by keys; each push gives them over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_digits_arrows_and_tab_are_enough_to_score_all(watched: Watched) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(DESK)
    open_first(watched, where)
    expect(page.get_by_text("We do that on every cluster.").first).to_be_visible()
    keys = page.keyboard
    row(page, "Acme ML").get_by_role("radio").first.focus()
    keys.press("4")
    acme = row(page, "Acme ML").get_by_role("radio", name="4", exact=True)
    expect(acme).to_be_checked()
    for key in ("Tab", "I", "t", "Tab", "Tab", "2", "ArrowRight", "Tab", "N", "o"):
        keys.press(key)
    expect(page.get_by_label("On file: Training of Globex ML")).to_be_visible()
    expect(page.get_by_text("1 of 4")).to_be_visible()
    globex = row(page, "Globex ML").get_by_role("radio", name="3", exact=True)
    expect(globex).to_be_checked()
    keys.press("Tab")
    expect(page.get_by_text("2 of 4")).to_be_visible()
    assert given(where) == [("Acme ML", 4, "It"), ("Globex ML", 3, "No")]
    assert watched.barriers() == []
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="what scripts do on the page; each push gives scores over HTTP",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_a_press_goes_on_to_the_reason_and_a_dash_takes_it_back(
    watched: Watched,
) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(DESK)
    open_first(watched, where)
    why = page.get_by_label("Reason: Training, Acme ML")
    why.fill("First the reason")
    heading = page.get_by_role("heading", name="Scores", exact=True)
    heading.click()
    assert given(where) == []  # a reason alone is no score
    row(page, "Acme ML").get_by_role("radio", name="5", exact=True).click()
    expect(why).to_be_focused()
    heading.click()
    expect(page.get_by_text("1 of 4")).to_be_visible()
    assert [value for _, value, _ in given(where)] == [5]
    row(page, "Acme ML").get_by_role("radio", name="not scored").click()
    heading.click()
    expect(page.get_by_text("0 of 4")).to_be_visible()
    assert given(where) == []
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="each push reads what stands beside the scores",
    short="tests/trials/admin/test_score_page.py"
    "::test_what_was_asked_answered_and_shown_stands_beside_the_score",
)
def test_on_a_phone_the_evidence_folds_below_the_scores(watched: Watched) -> None:
    where, page = scoring(), watched.page
    page.set_viewport_size(PHONE)
    watched.log_in("elif")
    watched.open(f"/admin/e/{where.slug}/scores/")
    expect(page.get_by_text("We do that on every cluster.").first).to_be_hidden()
    box = row(page, "Acme ML").locator(".ss-mark").last.bounding_box()
    assert box and box["height"] >= 44
    page.get_by_text("What is on file", exact=True).click()
    expect(page.get_by_text("We do that on every cluster.").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    row(page, "Acme ML").get_by_role("radio", name="5", exact=True).click()
    page.keyboard.type("Fine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 of 4")).to_be_visible()
    assert given(where) == [("Acme ML", 5, "Fine")]
    assert watched.barriers() == []
    assert watched.complaints == []


@pytest.mark.nightly(
    reason="each push posts the form as it is",
    short="tests/trials/admin/test_scores_page.py"
    "::test_a_sheet_is_filled_in_and_blank_is_not_zero",
)
def test_where_the_pages_own_scripts_do_not_load_the_form_saves_all(
    page: Page, live_server: LiveServer
) -> None:
    where = scoring()
    for name in ("score", "in_place", "drafts"):
        page.route(f"**/{name}*.js", lambda route: route.abort())
    watched = Watched(page, live_server.url)
    open_first(watched, where)
    row(page, "Acme ML").get_by_role("radio", name="3", exact=True).click()
    page.get_by_label("Reason: Training, Acme ML").fill("Plain")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    assert given(where) == [("Acme ML", 3, "Plain")]
    page.get_by_role("link", name="Globex ML").first.click()
    expect(page.get_by_label("On file: Training of Globex ML")).to_be_visible()
