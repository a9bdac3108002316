"""Answers that checks share are asked for once, and never of a changed world."""

import pytest

from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from tests.rights.answers import Answers, unchanged_world
from tests.rights.world import MAIN

pytestmark = pytest.mark.django_db


def test_a_page_is_asked_for_once(answers: Answers, pages_at: dict[str, str]) -> None:
    url = pages_at["my_account"]
    first = answers.get("lead", url)
    assert first.status_code == 200
    answers.clients.clear()
    answers.people = {}  # nobody is left who could ask again
    assert answers.get("lead", url) == first


def test_who_changes_the_world_may_not_use_them(people: dict[str, User]) -> None:
    where = Evaluation.objects.get(slug=MAIN)
    refused = pytest.raises(AssertionError, match="changes the world; use your own")
    with refused, unchanged_world():
        journal.record(where, "claim.submitted", where, people["lead"])
