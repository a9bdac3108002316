"""Pages are read by people who work in the cast's evaluation."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation, Requirement, User
from tests.browser import Watched
from tests.factories import common
from tests.pages.acts_for_tests import known_acts as known_acts


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """Lina's evaluation with two requirements."""
    where = common.evaluation()
    common.requirement(where, "R1", text="Trains a model on a cluster of GPUs")
    common.requirement(where, "1.10", priority="should", text="Shows cost by team")
    return where


@pytest.fixture
def requirement(purchase: Evaluation) -> Requirement:
    """The first of them."""
    return Requirement.objects.get(ref="R1")


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


@pytest.fixture
def address(requirement: Requirement, known_acts: None) -> str:
    """The form that rewords R1, and keeps what is typed in it."""
    return f"/admin/act/test-reword/{requirement.pk}/"
