"""A purchase that is not IT, from nothing to the memo, and what it asks of people."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from evaltracker.demo.people import OPERATOR, Login, make_people, make_person
from stakeholders.models import Role
from stakeholders.services.roles import give_roles
from tests.journeys.fixed.play import play
from tests.journeys.fixed.purchase import MUSTS, PURCHASE
from tests.journeys.fixed.team import Team
from vendors.models import Candidate
from vendors.services.access import issue_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Less is better, more is a fault.
MOST_LOADS = 57
MOST_ACTIVATIONS = 167


@pytest.fixture
def colleagues(transactional_db: None) -> None:
    """Everybody has a login, and their role in the company."""
    operator = make_people()[OPERATOR]
    for row in PURCHASE["people"]:
        name = Login(row["username"], row["first"], row["last"], "", Role(row["role"]))
        give_roles(person=make_person(name), roles=[row["role"]], by=operator)


def token_of(candidate: str) -> str:
    """What lets the vendor's program in, as `manage.py issue_token` makes it."""
    option = Candidate.objects.select_related("vendor", "evaluation__owner").get(
        name=candidate
    )
    assert option.vendor is not None
    return issue_token(vendor=option.vendor, by=option.evaluation.owner)[1]


def test_it_is_the_purchase_that_was_agreed() -> None:
    assert len(PURCHASE["requirements"]) == 14
    assert len(PURCHASE["candidates"]) == 4
    assert len(PURCHASE["people"]) == 5
    assert [row["ref"] for row in PURCHASE["criteria"]] == MUSTS
    assert len(MUSTS) == 6


def test_six_people_take_it_from_nothing_to_the_memo(
    colleagues: None,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    figure: Callable[[str], None],
) -> None:
    team = Team(live_server.url, new_context)
    play(team, token_of)
    assert not any(team.complaints.values()), team.complaints
    tally = team.count()
    figure(f"a fixed purchase of six people: {tally}")
    for line in tally.by_page()[:12]:
        figure(f"its pages: {line}")
    assert tally.loads.total() <= MOST_LOADS
    assert tally.activations.total() <= MOST_ACTIVATIONS
