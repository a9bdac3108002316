"""The purchase where a walk begins, and whoever walks."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from evaltracker.demo.platform import start_purchase
from evaltracker.demo.steps import make_people
from evaltracker.evaluations.models import Evaluation
from tests.journeys.people import Walk


@pytest.fixture
def purchase(transactional_db: None) -> Evaluation:
    """“Choose an ML platform”, in its requirements stage."""
    return start_purchase(make_people())


@pytest.fixture
def walk(
    purchase: Evaluation,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Walk]:
    """Everybody at a browser that must have nothing to complain of."""
    yield from walking(live_server, new_context)


@pytest.fixture
def from_nothing(
    transactional_db: None,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Walk]:
    """The same before there is a purchase."""
    make_people()
    yield from walking(live_server, new_context)


def walking(
    live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> Iterator[Walk]:
    """People on their way, and at its end what their browsers complained of."""
    people = Walk(live_server.url, new_context)
    yield people
    assert not any(people.complaints.values()), people.complaints
