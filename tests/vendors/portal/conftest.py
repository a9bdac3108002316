"""Acme's contact with a browser, invited to an evaluation that takes answers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import Evaluation
from tests.factories import common, vendors
from tests.vendors.portal.visitor import Visitor, invited
from vendors.rate_limits import forget_counts


@pytest.fixture(autouse=True)
def _no_counts_of_before() -> Iterator[None]:
    forget_counts()
    yield
    forget_counts()


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation in research with four requirements."""
    evaluation = common.evaluation()
    for number in range(1, 5):
        common.requirement(evaluation, f"R{number}", "must")
    return vendors.in_research(evaluation)


@pytest.fixture
def online(
    transactional_db: None, live_server: LiveServer, settings: Settings
) -> Visitor:
    """Somebody whose mail has the link, and whose pages a real browser opens."""
    settings.VENDOR_SITE_URL = live_server.url
    evaluation = common.evaluation()
    common.requirement(evaluation, "R1", "must")
    return Visitor(invited(vendors.in_research(evaluation)))


@pytest.fixture
def ada(where: Evaluation) -> Visitor:
    """Who has the invitation mail and has not come yet."""
    return Visitor(invited(where))
