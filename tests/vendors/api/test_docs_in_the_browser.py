"""The API's page in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_the_calls_and_asks_no_other_host(
    page: Page, live_server: LiveServer
) -> None:
    watched = Watched(page, live_server.url)
    watched.open("/api/v1/docs/")
    page.get_by_text("Answer a requirement").wait_for(timeout=15_000)
    assert watched.complaints == []


def test_the_page_and_every_opened_call_can_be_read_by_everybody(
    page: Page, live_server: LiveServer
) -> None:
    watched = Watched(page, live_server.url)
    watched.open("/api/v1/docs/")
    page.get_by_text("Answer a requirement").wait_for(timeout=15_000)
    assert watched.barriers() == []
    calls = page.locator(".opblock-summary-control")
    for call in calls.all():
        call.click()
    expect(page.locator(".opblock-body")).to_have_count(calls.count())
    page.locator(".examples-select-element[aria-label]").first.wait_for()
    assert watched.barriers() == []
