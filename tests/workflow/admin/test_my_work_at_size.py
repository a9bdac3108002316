"""My work costs the same however many evaluations somebody has."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.inbox.items import CLOSE_LOOKS
from evaltracker.workflow.services.sign_offs import look_at_what_moved
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as
from tests.fixture_cache import built_once

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 10


@built_once
def purchases(count: int) -> list[Evaluation]:
    """Purchases of Lina's in which Ivan has signed words that changed since."""
    made = []
    for number in range(count):
        where = common.evaluation(title=f"Purchase {number}")
        common.requirement(where)
        stakeholders.stakeholders(where, "it", "pm")
        stakeholders.sign_off_rules(where, roles=("it", "pm"))
        sign_as(where, "it")
        common.requirement(where, ref="R2", priority="should")
        made.append(where)
    return made


def cost(user: User) -> int:
    with CaptureQueriesContext(connection) as caught:
        my_work(user)
    return len(caught)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_the_reader_has_just_done_is_seen_at_once",
)
def test_it_takes_as_many_queries_for_many_as_for_few(
    db: None, figure: Callable[[str], None]
) -> None:
    purchases(FEW)
    look_at_what_moved()
    people = [common.lina(), stakeholders.holder("it")]
    few = {person: cost(person) for person in people}
    purchases(MANY - FEW)
    look_at_what_moved()
    assert {person: cost(person) for person in people} == few
    for person, queries in few.items():
        figure(f"My work of {person.name}: {queries} queries for {FEW} and {MANY}")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_what_the_reader_has_just_done_is_seen_at_once",
)
def test_what_moved_since_is_looked_at_for_the_first_few_only(db: None) -> None:
    made = purchases(FEW)
    lina = common.lina()
    few = cost(lina)
    made += purchases(MANY - FEW)
    assert cost(lina) == few
    items = [item for item in my_work(lina) if item.kind == "next_step"]
    unseen = [item for item in items if item.what == "Review the next step."]
    assert len(unseen) == MANY - CLOSE_LOOKS
    look_at_what_moved()
    items = [item for item in my_work(lina) if item.kind == "next_step"]
    assert len({item.evaluation for item in items}) == MANY
    assert all("Ivan" in item.what for item in items)


def test_what_the_reader_has_just_done_is_seen_at_once(db: None) -> None:
    first, *_ = purchases(FEW)
    look_at_what_moved()
    ivan = stakeholders.holder("it")
    assert any(
        item.evaluation == first for item in my_work(ivan) if item.kind == "sign_off"
    )
    sign_as(first, "it")
    mine = [item for item in my_work(ivan) if item.kind == "sign_off"]
    assert first not in [item.evaluation for item in mine]
    assert len(mine) == FEW - 1
