"""A browser that must not complain."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import Watched


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Iterator[Watched]:
    """A browser on the product; console, CSP and foreign requests are watched."""
    seen = Watched(page, live_server.url)
    yield seen
    assert seen.complaints == []
