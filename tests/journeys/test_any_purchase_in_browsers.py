"""Cleaning from nothing to the memo, in browsers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from evaltracker.demo.people import OPERATOR, Login, make_people, make_person
from stakeholders.services.roles import give_roles
from tests.journeys.anything.in_browser import InBrowsers
from tests.journeys.anything.purchase import Purchase, read_purchase
from tests.journeys.fixed.team import Team
from tests.journeys.test_fixed_purchase import token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def colleagues(transactional_db: None) -> Purchase:
    """Everybody has a login, and their role in the company."""
    purchase, operator = read_purchase("cleaning"), make_people()[OPERATOR]
    for row in purchase["people"]:
        login = Login(row["first"].lower(), row["first"], row["last"], "")
        give_roles(person=make_person(login), roles=[row["role"]], by=operator)
    return purchase


@pytest.mark.nightly(
    reason="over a minute; services play it in each push, and browsers e-signature"
)
def test_seven_people_buy_cleaning_in_their_browsers(
    colleagues: Purchase,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    figure: Callable[[str], None],
) -> None:
    team = Team(live_server.url, new_context)
    InBrowsers(team, colleagues).play(token_of)
    assert not any(team.complaints.values()), team.complaints
    figure(f"cleaning, bought by seven people: {team.count()}")
