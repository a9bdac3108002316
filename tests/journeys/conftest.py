"""The purchase where a walk begins, and whoever walks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from evaltracker.demo.people import LEAD, make_people
from evaltracker.demo.purchases import read
from evaltracker.demo.steps import play
from evaltracker.evaluations.models import Evaluation
from tests.journeys.people import Walk
from tests.portable.files import taken_in
from vendors.models import Vendor
from vendors.services.contacts import add_contact

SLUG = "ml-platform"


@pytest.fixture
def purchase(transactional_db: None) -> Evaluation:
    """“Choose an ML platform”, in its requirements stage: nobody has answered yet."""
    people = make_people()
    document = read(SLUG, f"{SLUG}.json")
    untold: Any = {"claims": [], "cost_lines": [], "exchange_rates": []}
    evaluation = taken_in(document | untold)
    steps = read(SLUG, f"{SLUG}.steps.json")
    play(evaluation, [step for step in steps if step["do"] == "add_milestone"], people)
    for vendor in Vendor.objects.all():
        address = f"bids@{vendor.slug}.example.com"
        add_contact(vendor=vendor, name="Bid desk", email=address, by=people[LEAD])
    return evaluation


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
