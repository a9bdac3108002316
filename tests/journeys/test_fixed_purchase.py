"""Purchases that are not IT platforms, from nothing to the memo, and what they ask of
people: so many pages loaded, so many things pressed."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from evaltracker.demo.people import OPERATOR, Login, make_people, make_person
from evaltracker.evaluations.models import Evaluation
from stakeholders.models import Role, SignOff
from stakeholders.services.roles import give_roles
from tests.journeys.fixed import cleaning
from tests.journeys.fixed.counted import Tally
from tests.journeys.fixed.play import play
from tests.journeys.fixed.purchase import MUSTS, PURCHASE
from tests.journeys.fixed.team import Team
from trials.models import Evidence
from vendors.models import Candidate
from vendors.services.access import issue_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def let_in(people: Iterable[dict[str, Any]]) -> None:
    """Everybody has a login, and their role in the company."""
    operator = make_people()[OPERATOR]
    for row in people:
        login = row.get("username") or row["first"].lower()
        name = Login(login, row["first"], row["last"], "", Role(row["role"]))
        give_roles(person=make_person(name), roles=[row["role"]], by=operator)


def token_of(candidate: str) -> str:
    """What lets the vendor's program in, as `manage.py issue_token` makes it."""
    option = Candidate.objects.select_related("vendor", "evaluation__owner").get(
        name=candidate
    )
    assert option.vendor is not None
    return issue_token(vendor=option.vendor, by=option.evaluation.owner)[1]


def told(team: Team, what: str, figure: Callable[[str], None]) -> Tally:
    """What it asked of them, page by page; nobody's browser complained."""
    assert not any(team.complaints.values()), team.complaints
    tally = team.count()
    figure(f"{what}, a purchase of six people: {tally}")
    for line in tally.by_page():
        figure(f"{what}: {line}")
    return tally


def test_they_are_the_purchases_that_were_agreed() -> None:
    assert len(PURCHASE["requirements"]) == 14
    assert len(PURCHASE["candidates"]) == 4
    assert len(PURCHASE["people"]) == 5
    assert [row["ref"] for row in PURCHASE["criteria"]] == MUSTS
    assert len(MUSTS) == 6
    assert len(cleaning.PURCHASE["people"]) == 5


def test_e_signature_asks_for_at_most_sixty_per_cent_of_the_former_pages(
    transactional_db: None,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    figure: Callable[[str], None],
) -> None:
    let_in(PURCHASE["people"])
    team = Team(live_server.url, new_context)
    play(team, token_of)
    tally = told(team, "e-signature", figure)
    assert tally.loads.total() <= 34  # of 57
    assert tally.activations.total() <= 140  # of 167


def test_cleaning_asks_for_half_the_doors(
    transactional_db: None,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    figure: Callable[[str], None],
) -> None:
    let_in(cleaning.PURCHASE["people"])
    team = Team(live_server.url, new_context)
    cleaning.play(team, token_of)
    tally = told(team, "cleaning", figure)
    where = Evaluation.objects.get(title=cleaning.PURCHASE["title"])
    assert where.requirements.count() == 14
    assert where.candidates.count() == 4
    signed = SignOff.objects.filter(visit__evaluation=where, verdict="approve")
    assert signed.count() == 12
    # Two site visits of 8 items, two test periods of 7 criteria.
    assert Evidence.objects.in_evaluation(where).count() == 30
    assert tally.loads.total() <= 48  # of 80
    # Of 187; 130 is the goal: each of 12 signatures takes three presses.
    assert tally.activations.total() <= 145
