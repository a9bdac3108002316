"""Every read by a person's program × every role, as the page that it equals.

An operator's token is that of somebody without a part, so it finds no purchase.
"""

from typing import Any

import jsonschema
import pytest
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.workflow.api.reads import READS
from tests.clients import program
from tests.rights.answers import Answers
from tests.rights.table import CONFLICTED, EVERYBODY, OUTSIDE
from tests.rights.test_pages import TURNS, in_turn
from tests.rights.walk import read_address
from tests.rights.world import FURTHER, MAIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_lately")]
ABOVE = {"asked", "evaluations", "vendors"}
# The page of each read under a purchase.
PAGES = {
    **{"evaluation": "brief", "categories": "requirements", "metrics": "brief"},
    **{"lists": "brief", "proposals": "questions", "claims": "matrix"},
    **{"script-items": "demos", "criteria": "trials", "milestones": "trials"},
    **{"gaps": "trials", "evidence": "matrix", "runs": "trials"},
    **{"cell": "matrix", "blockers": "overview", "inbox": "overview"},
    **{"sign-offs": "sign_offs", "events": "journal"},
}
# Before the decision stage nobody reads it: their page says so, too.
NOT_YET = {"memo"}


def page_of(name: str) -> str:
    if name in NOT_YET:
        return reverse("admin:memo", args=[MAIN])
    return reverse(f"admin:evaluation_{PAGES.get(name, name)}", args=[MAIN])


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_read_answers_as_its_page(
    people: dict[str, User], answers: Answers, who: str, turns: int
) -> None:
    where = Evaluation.objects.get(slug=MAIN)
    client, wrong = program(people[who]), []
    for _, read in in_turn(dict(READS), who, turns):
        got = client.get(read_address(read, where)).status_code
        right = 404
        if read.name in ABOVE:
            right = 200
        elif who not in ("operator", *OUTSIDE):
            right = answers.get(who, page_of(read.name)).status_code
        if got != right:
            wrong.append(f"{read.name} as {who}: {got}, not {right}")
    assert wrong == []


def test_who_has_a_conflict_reads_no_answer(people: dict[str, User]) -> None:
    """The page's rule is the read's, and not one that happens to be as strict."""
    where = Evaluation.objects.get(slug=MAIN)
    client = program(people[CONFLICTED])
    refused = {
        read.name
        for read in READS.values()
        if client.get(read_address(read, where)).status_code == 403
    }
    assert refused == {
        *("claims", "demos", "script-items", "trials", "criteria", "milestones"),
        *("gaps", "evidence", "runs", "costs", "files", "matrix", "cell"),
        *("comparison", "decision", "memo"),
    }


@pytest.mark.parametrize("slug", [FURTHER, "automated-renewals"])
def test_every_answer_is_as_it_is_described(people: dict[str, User], slug: str) -> None:
    where = Evaluation.objects.get(slug=slug)
    client = program(where.owner)
    described = client.get("/api/v1/staff/schema/?format=json").json()
    empty = []
    for read in READS.values():
        address = read_address(read, where)
        answer = client.get(address)
        if read.name == "memo" and answer.status_code == 409:
            continue
        assert answer.status_code == 200, (read.name, answer.content)
        path = address.partition("?")[0].replace(f"/{slug}/", "/{slug}/")
        found = described["paths"][path]["get"]["responses"]["200"]["content"]
        schema = {**found["application/json"]["schema"], **components(described)}
        jsonschema.validate(answer.json(), schema)
        if answer.json().get("results") == []:
            empty.append(read.name)
    # So the others are compared with something.
    assert len(empty) < 7


def components(described: Any) -> dict[str, Any]:
    return {"components": described["components"]}


def test_a_token_of_one_purchase_reads_that_one(people: dict[str, User]) -> None:
    lead = people["lead"]
    main, other = (Evaluation.objects.get(slug=slug) for slug in (MAIN, FURTHER))
    client = program(lead, evaluation=other)
    for read in READS.values():
        if read.name not in ABOVE:
            assert client.get(read_address(read, main)).status_code == 404, read.name
    (listed,) = client.get("/api/v1/staff/evaluations/").json()["results"]
    assert listed["slug"] == FURTHER
    companies = client.get("/api/v1/staff/vendors/").json()["results"]
    ids = {str(key) for key in other.candidates.values_list("vendor", flat=True)}
    assert {row["id"] for row in companies} == ids - {"None"}
