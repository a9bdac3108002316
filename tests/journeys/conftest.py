"""The purchase where a walk begins, and whoever walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evaltracker.workflow.demo.people import make_people
from evaltracker.workflow.demo.platform import start_purchase
from tests.journeys.people import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext
    from pytest_django.live_server_helper import LiveServer

    from evaltracker.evaluations.models import Evaluation


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
    people = Walk(live_server.url, new_context)
    yield people
    assert not any(people.complaints.values()), people.complaints
