"""A vendor reads which of its claims answer older words of their requirement."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.requirements import change_requirement
from tests.factories import vendors
from tests.vendors.api.conftest import Party

pytestmark = pytest.mark.django_db


def listed(acme: Party, query: str) -> list[str]:
    answer = acme.call("GET", f"{acme.home}claims/{query}")
    assert answer.status_code == 200
    return [result["requirement"] for result in answer.json()["results"]]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_efforts.py"
    "::test_what_cannot_be_is_refused_alone_and_in_a_batch[4a out of th"
    "e box with days]",
)
def test_only_what_was_overtaken_is_listed_until_it_is_sent_again(
    acme: Party, where: Evaluation
) -> None:
    acme.claim()
    acme.claim(requirement="R2")
    assert listed(acme, "?to_confirm=1") == []
    r1 = where.requirements.get(ref="R1")
    change_requirement(requirement=r1, text="New words", by=where.owner)
    assert listed(acme, "?to_confirm=1") == ["R1"]
    assert listed(acme, "?to_confirm=0") == ["R1", "R2"]
    # The same words again are an answer to the new ones.
    assert acme.claim().status_code == 201
    assert listed(acme, "?to_confirm=1") == []


def test_a_rivals_claims_are_not_among_them(acme: Party, where: Evaluation) -> None:
    globex = vendors.invited(where, "Rival ML")
    vendors.claim(globex, where.requirements.get(ref="R1"))
    r1 = where.requirements.get(ref="R1")
    change_requirement(requirement=r1, text="New words", by=where.owner)
    assert listed(acme, "?to_confirm=1") == []


@pytest.mark.parametrize("query", ["?to_confirm=2", "?to_confirm=1&history=1"])
def test_what_makes_no_sense_is_refused(acme: Party, query: str) -> None:
    answer = acme.call("GET", f"{acme.home}claims/{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/to_confirm"
