"""Logging in over HTTP, and mail as it leaves."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.accounts.provider import Provider, running
from tests.browser import Watched
from tests.factories.common import PASSWORD

LINK = re.compile(r"http://testserver(/\S+)")


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """The company's single sign-on, which the product knows."""
    with running() as other:
        settings.SOCIALACCOUNT_PROVIDERS = other.settings()
        yield other


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Iterator[Watched]:
    """A browser on the product that must not complain."""
    seen = Watched(page, live_server.url)
    yield seen
    assert seen.complaints == []


def log_in(
    client: Client, username: str, password: str = PASSWORD, **more: str
) -> HttpResponse:
    """Post the login form."""
    data = {"username": username, "password": password, **more}
    return client.post("/admin/login/", data)  # type: ignore[return-value]
