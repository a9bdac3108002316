"""What every answer to a program says: its name, its limit, and of a no, why."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from tests.cast import trials
from tests.clients import program, signed_in
from vendors.rate_limits import forget_counts

STAFF = "/api/v1/staff/"
LIMIT = re.compile(r'"(token|address)";r=(\d+);t=(\d+)')


@pytest.fixture
def where(db: None, time_machine: Any) -> Evaluation:
    """An evaluation, in a minute that does not end while calls are counted."""
    time_machine.move_to(timezone.now().replace(second=30, microsecond=0), tick=False)
    forget_counts()
    return trials.platform("must", "should")


def left(answer: Any) -> int:
    """How many calls an answer says are left of those in this minute."""
    found = LIMIT.fullmatch(answer["RateLimit"])
    assert found, answer["RateLimit"]
    assert 1 <= int(found[3]) <= 60
    return int(found[2])


def break_down(*_: Any, **__: Any) -> None:
    raise RuntimeError("broken")


def test_every_answer_names_its_call_and_the_limit(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = program(where.owner)
    caller.raise_request_exception = False
    mine = {"X-Request-ID": "of-the-caller"}
    first = caller.get(f"{STAFF}evaluations/", headers=mine)
    answers = {
        200: first,
        304: caller.get(
            f"{STAFF}evaluations/", headers={"If-None-Match": first["ETag"]}
        ),
        400: caller.get(f"{STAFF}evaluations/?no=such"),
        404: caller.get(f"{STAFF}evaluations/none/inbox/", headers=mine),
    }
    monkeypatch.setattr("evaltracker.workflow.api.base.find_evaluation", break_down)
    monkeypatch.setattr("evaltracker.workflow.api.reads.find_evaluation", break_down)
    answers[500] = caller.get(f"{STAFF}evaluations/{where.slug}/inbox/", headers=mine)
    assert [answer.status_code for answer in answers.values()] == list(answers)
    assert {answer["RateLimit-Policy"] for answer in answers.values()} == {
        '"token";q=600;w=60'
    }
    assert [left(answer) for answer in answers.values()] == [599, 598, 597, 596, 595]
    names = {answer["X-Request-ID"] for answer in answers.values()}
    assert len(names) == len(answers) and all(UUID(name) for name in names)
    for status in (400, 404, 500):
        problem = answers[status].json()
        assert problem["request_id"] == answers[status]["X-Request-ID"]
        assert problem["type"].endswith(f"/api/v1/problems/#{problem['code']}")


@pytest.mark.parametrize("below", ["staff/evaluations/", "invitations/", "nothing/"])
def test_without_a_token_calls_count_by_address(
    where: Evaluation, settings: Settings, below: str
) -> None:
    nobody = Client()
    heard = [nobody.get(f"/api/v1/{below}") for _ in range(2)]
    assert {answer["RateLimit-Policy"] for answer in heard} == {'"address";q=60;w=60'}
    assert [left(answer) for answer in heard] == [59, 58]
    assert {answer["X-Request-ID"] for answer in heard} == {
        answer.json()["request_id"] for answer in heard
    }
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 2
    for _ in range(2):  # the second is refused before anything is looked up
        refused = nobody.get("/api/v1/invitations/")
        assert (refused.status_code, left(refused)) == (429, 0)
        assert 1 <= int(refused["Retry-After"]) <= 60


def test_the_call_over_the_limit_waits_for_the_next_minute(where: Evaluation) -> None:
    caller = program(where.owner)
    for number in range(600):
        answer = caller.get(f"{STAFF}evaluations/?no=such")
        assert (answer.status_code, left(answer)) == (400, 599 - number)
    refused = caller.get(f"{STAFF}evaluations/")
    assert (refused.status_code, left(refused)) == (429, 0)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Policy"] == '"token";q=600;w=60'


def test_pages_are_named_too_and_so_is_what_they_did(where: Evaluation) -> None:
    person = signed_in(where.owner)
    page = person.get("/admin/", headers={"X-Request-ID": "of-the-caller"})
    assert UUID(page["X-Request-ID"])
    assert "RateLimit" not in page
    assert UUID(Client().get("/healthz")["X-Request-ID"])


def test_a_read_is_sent_once_until_it_changes(where: Evaluation) -> None:
    caller = program(where.owner)
    address = f"{STAFF}evaluations/"
    first = caller.get(address)
    assert first["ETag"].startswith('W/"')
    same = {"If-None-Match": first["ETag"]}
    again = caller.get(address, headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == first["Cache-Control"] == "private, no-cache"
    Evaluation.objects.update(title="Another title")
    assert caller.get(address, headers=same).status_code == 200
