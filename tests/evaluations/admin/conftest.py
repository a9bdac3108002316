"""Pages are read by people who work in the cast's evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.browser import Watched
from tests.cast import floor1
from tests.evaluations.admin.acts_for_tests import known_acts as known_acts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from evaltracker.evaluations.models import Evaluation, User


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """Lina's evaluation with two requirements."""
    where = floor1.evaluation()
    floor1.requirement(where, "R1", text="Trains a model on a cluster of GPUs")
    floor1.requirement(where, "1.10", priority="should", text="Shows cost by team")
    return where


@pytest.fixture
def as_user(db: None) -> Callable[[User], Client]:
    """A client that is logged in as that person."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def watched(page: Page, live_server: LiveServer) -> Iterator[Watched]:
    """A browser on the product that must not complain."""
    seen = Watched(page, live_server.url)
    yield seen
    assert seen.complaints == []
