"""The open memo, printed by a browser on A4: no column is cut."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.workflow.deciding import decided

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A4 in pixels of a browser: whole, and without the margins that most of them leave.
WIDTHS = (794, 718)
# What stands in the last columns, and whether all of it is on the paper.
LAST = """() => [...document.querySelectorAll(".et-document tr > :last-child")].map(
    cell => {
        const words = document.createRange();
        words.selectNodeContents(cell);
        const right = words.getBoundingClientRect().right;
        const around = cell.closest(".et-scroll");
        const clips = around && around.scrollWidth > around.clientWidth + 1;
        return [cell.textContent, right <= innerWidth + 1 && !clips];
    })"""


@pytest.mark.nightly(
    reason="each push reads the same memo with its seal",
    short="tests/workflow/admin/test_memo_page.py"
    "::test_the_frozen_memo_carries_its_seal_and_is_counted_again",
)
def test_no_column_of_a_printed_memo_is_cut(
    page: Page, live_server: LiveServer
) -> None:
    where, _ = decided(rival="Globex ML with a name that is longer than most of them")
    watched = Watched(page, live_server.url)
    watched.log_in(where.owner.username)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1046})
        watched.open(f"/admin/e/{where.slug}/memo/")
        page.emulate_media(media="print")
        cells = page.evaluate(LAST)
        assert "Knocked out by" in [words for words, _ in cells]
        assert [words for words, is_whole in cells if not is_whole] == [], width
        assert not page.get_by_text("Discuss a part of the memo").is_visible()
        assert not page.get_by_text("Download:").is_visible()
        assert page.get_by_role("heading", name="Seal").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF-")
