"""Two people talk about an answer, over its page and on a phone, without a barrier."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Comment
from tests.browser import Watched
from tests.factories import trials
from vendors.models import Candidate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"))


@pytest.fixture
def option(db: None) -> Candidate:
    return trials.claimed(trials.platform("must"))


def barriers(watched: Watched) -> list[str]:
    found: list[str] = []
    for width, scheme in LOOKS:
        watched.page.set_viewport_size({"width": width, "height": 844})
        watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += watched.barriers()
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
    watched.page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.mark.nightly(
    reason="two browsers in four looks; each push talks without scripts",
    short="tests/talk/test_comment_pages.py"
    "::test_without_scripts_a_comment_is_written_and_answered",
)
def test_two_people_talk_about_an_answer(
    page: Page,
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    option: Candidate,
) -> None:
    asked = option.evaluation.requirements.get()
    cell = f"/admin/cells/{option.pk}/{asked.pk}/"
    lina = Watched(page, live_server.url)
    lina.log_in("lina")
    lina.open(cell)
    page.evaluate("window.__mark = true")
    page.get_by_text("Discuss", exact=True).click()
    page.get_by_role("link", name="Write a comment").click()
    dialog = page.get_by_role("dialog", name=re.compile("Discuss"))
    dialog.get_by_label("Comment").fill("Does it scale? https://example.com/limits.")
    dialog.get_by_role("checkbox", name="Ivan").check()
    assert barriers(lina) == []
    dialog.get_by_role("button", name="Comment").click()
    expect(dialog).to_be_hidden()
    # The page shows it without being loaded anew, and stays unfolded.
    expect(page.get_by_text("Discuss (1)")).to_be_visible()
    expect(page.get_by_role("link", name="https://example.com/limits")).to_be_visible()
    assert page.evaluate("window.__mark === true")
    assert barriers(lina) == []

    phone = new_context(viewport={"width": 390, "height": 844})
    ivan = Watched(phone.new_page(), live_server.url)
    ivan.log_in("ivan")
    ivan.page.get_by_role("link", name=re.compile("Lina Lead mentioned you")).click()
    answer(ivan)
    assert barriers(ivan) == []
    assert ivan.complaints == []

    lina.open(cell)
    page.get_by_text("Discuss (2)").click()
    page.get_by_role("button", name=re.compile("Resolve")).click()
    expect(page.get_by_text("Resolved by Lina Lead")).to_have_count(1)
    root = Comment.objects.get(parent=None)
    assert root.resolved_by == option.evaluation.owner
    assert lina.complaints == []


def answer(ivan: Watched) -> None:
    """By keyboard: to the reply, what it says, and off it goes."""
    page = ivan.page
    expect(page.get_by_text("Does it scale?")).to_be_visible()
    page.get_by_role("link", name="Reply").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Comment")
    expect(field).to_be_focused()
    expect(dialog.get_by_role("checkbox", name="Lina Lead")).to_be_checked()
    page.keyboard.type("To a thousand nodes.")
    dialog.get_by_role("button", name="Comment").click()
    expect(dialog).to_be_hidden()
    # The thread stood over My work, where nothing waits any more.
    expect(page.get_by_text("Nothing waits on you")).to_be_visible()
