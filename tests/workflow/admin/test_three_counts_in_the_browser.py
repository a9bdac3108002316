"""The same three counts once more, as a browser shows them."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched
from tests.workflow.admin.test_three_counts import (
    COUNTS,
    pages_with_counts,
    seen_three_ways,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.nightly(
    reason="each push reads the same pages without a browser",
    short="tests/workflow/admin/test_three_counts.py"
    "::test_every_page_says_the_same_three_counts",
)
def test_every_page_says_the_same_three_counts(
    page: Page, live_server: LiveServer
) -> None:
    where, option = seen_three_ways()
    watched = Watched(page, live_server.url)
    watched.log_in("lina")
    read = {}
    for path in pages_with_counts(where, option):
        watched.open(path)
        read[path] = {
            " ".join(text.split())
            for text in page.locator(".et-counts").all_text_contents()
        }
    assert read == {path: {COUNTS} for path in read}
    watched.open(f"/admin/e/{where.slug}/memo/")
    assert COUNTS in " ".join((page.locator("article").text_content() or "").split())
    assert watched.complaints == []
