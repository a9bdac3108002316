"""A browser that must not complain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Iterator[Watched]:
    """A browser on the product; console, CSP and foreign requests are watched."""
    seen = Watched(page, live_server.url)
    yield seen
    assert seen.complaints == []
