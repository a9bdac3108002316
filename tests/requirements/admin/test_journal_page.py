"""The journal: every change in words, sealed where its page is sealed."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.meddling import meddle

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(purchase: Evaluation) -> str:
    change_brief(evaluation=purchase, problem="Scala", by=purchase.owner)
    return f"/admin/e/{purchase.slug}/journal/"


def test_it_shows_before_and_after_to_those_inside(
    purchase: Evaluation, here: str
) -> None:
    stakeholders.stakeholders(purchase, "it")
    body = signed_in(stakeholders.holder("it")).get(here).content.decode()
    assert "<del>Models reach production in weeks, not in months.</del>" in body
    assert "<ins>Scala</ins>" in body
    assert "Check the chain" not in body
    assert signed_in(common.noor()).get(here).status_code == 404


def test_each_entry_is_a_sentence_and_its_values_are_in_a_fold(here: str) -> None:
    body = signed_in(common.lina()).get(here).content.decode()
    assert "Lina Lead changed the brief: problem.</strong>" in body
    assert re.search(r"Lina Lead added requirement \S+ \w[^<]+\.</strong>", body)
    assert body.index("<details>") < body.index("<ins>Scala</ins>")


def test_it_is_filtered_by_action_and_person(here: str) -> None:
    client = signed_in(common.lina())
    body = client.get(here, {"action": "brief.changed"}).content.decode()
    assert "Scala" in body
    assert "added requirement" not in body
    nobody = client.get(here, {"actor_name": "Nobody"}).content.decode()
    assert "Nothing matches" in nobody
    assert client.get(here, {"page": "x"}).status_code == 400


def test_the_owner_has_the_chain_checked(here: str) -> None:
    body = signed_in(common.lina()).get(here, {"check": "1"}).content.decode()
    assert "The chain holds" in body


def test_an_altered_entry_is_named(purchase: Evaluation, here: str) -> None:
    first = purchase.entries.earliest("number")
    meddle("UPDATE evaluations_entry SET actor_name = 'Mallory' WHERE number = 1")
    assert first.number == 1
    body = signed_in(purchase.owner).get(here, {"check": "1"}).content.decode()
    assert "entry 1 was altered" in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_altered_entry_is_named",
)
def test_its_queries_do_not_grow_with_the_entries(
    purchase: Evaluation,
    here: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(purchase.owner)
    client.get(here)
    for each in range(60):
        change_brief(evaluation=purchase, context=f"L{each}", by=purchase.owner)
    with django_assert_max_num_queries(17):
        body = client.get(here).content.decode()
    assert "Page 1 of 2" in body
    assert Entry.objects.filter(evaluation=purchase).count() > 60
