"""What assistants read and ask for: what their person's calls would say."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.workflow.models import AskedAct
from tests.clients import program
from tests.factories import trials
from tests.workflow.api.assistants import call, use

STAFF = "/api/v1/staff/"
CASES = {
    case["name"]: case
    for case in json.loads(Path("tests/data/cases/programs_cases.json").read_text())[
        "cases"
    ]
    if case["group"] == "mcp"
}


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation in research in which Acme claims R1."""
    where = trials.platform()
    trials.claimed(where)
    return where


def add(where: Evaluation) -> dict[str, Any]:
    """A requirement to ask for."""
    category = where.categories.all()[0]
    fields = {"text": "SSO", "priority": "must", "category": str(category.pk)}
    return {"act": "add-requirement", "target": str(where.pk), "fields": fields}


def judging(where: Evaluation) -> dict[str, Any]:
    """A verdict to ask for, on what Acme claims of R1."""
    cell = f"{where.candidates.get().pk}.{where.requirements.get().pk}"
    fields = {"verdict": "holds", "note": "We looked."}
    return {"act": "record-evidence", "target": cell, "fields": fields}


def ask(client: Client, **arguments: Any) -> dict[str, Any]:
    """What the tool says after the act's form was read."""
    named = {key: arguments[key] for key in ("act", "target")}
    etag = use(client, "act_form", **named)["structuredContent"]["etag"]
    return use(client, "ask", etag=etag, **arguments)


def test_a_call_of_today_reads_what_the_address_says(where: Evaluation) -> None:
    case = CASES["modern call"]
    theirs = program(where.owner)
    named = {"name": case["given"]["tool"], "arguments": {"evaluation": where.slug}}
    answer = call(theirs, "tools/call", named, **case["given"]["headers"])
    assert answer.status_code == case["expected"]["status"]
    result = answer.json()["result"]
    read = theirs.get(f"{STAFF}evaluations/{where.slug}/matrix/").json()
    assert result["structuredContent"] == read
    assert (result["isError"], result["resultType"]) == (False, "complete")


@pytest.mark.parametrize("scope", ["ask", "write"])
def test_whatever_its_token_may_do_an_assistant_only_asks(
    where: Evaluation, scope: str
) -> None:
    expected = CASES["ask with a write token"]["expected"]
    before = Requirement.objects.count()
    said = ask(program(where.owner, scope), **add(where))
    assert not said["isError"], said
    (row,) = AskedAct.objects.all()
    assert expected["asked"] == 1
    assert said["structuredContent"]["asked"]["id"] == str(row.pk)
    assert (row.person, row.act) == (where.owner, "add-requirement")
    assert row.fields["text"] == "SSO"
    assert Requirement.objects.count() == before


def test_with_a_token_that_reads_nothing_is_asked(where: Evaluation) -> None:
    said = ask(program(where.owner), **add(where))
    assert said["structuredContent"]["code"] == "scope_too_small"
    assert said["isError"]
    assert not AskedAct.objects.exists()


def test_what_only_a_person_does_is_not_even_asked_for(where: Evaluation) -> None:
    given = {"act": "make-token", "fields": {}}
    said = use(program(where.owner, "write"), "ask", **given)
    assert said["structuredContent"]["code"] == "person_only"
    assert not AskedAct.objects.exists()


def test_who_judges_quotes_a_file_or_says_whose_words_they_are(
    where: Evaluation,
) -> None:
    case = CASES["judging without quote"]
    theirs = program(where.owner, "ask")
    given = case["given"]["arguments"]
    for hidden in ({}, {"own_words": True}, {"quote": "any"}):
        asked = {**given, "fields": {**given["fields"], **hidden}}
        said = use(theirs, "ask", **asked)
        assert said["isError"] is case["expected"]["isError"]
        assert said["structuredContent"]["code"] == case["expected"]["code"]
    said = ask(theirs, **judging(where), own_words=True)
    assert not said["isError"], said
    assert AskedAct.objects.get().own_words is True


def test_a_quote_that_stands_nowhere_is_refused(where: Evaluation) -> None:
    words = "Single sign-on is included in every plan."
    quote = {"file": str(where.pk), "words": words}
    said = ask(program(where.owner, "ask"), **judging(where), quote=quote)
    assert said["isError"]
    assert said["structuredContent"]["status"] == 400
    assert not AskedAct.objects.exists()
