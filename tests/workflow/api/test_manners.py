"""What every answer to a program says: its name, its limit, and of a no, why."""

import ast
import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django import Settings
from rest_framework import exceptions

from evaltracker import errors
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.rest.problems import SENTENCES, problem_body
from tests.clients import program, signed_in
from tests.factories import trials
from tests.tiers import by_tier
from vendors.rate_limits import forget_counts

ROOT = Path(__file__).parents[3]
KINDS = {*vars(errors)}
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
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[nothing/]"
)
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


@pytest.mark.parametrize(
    "most",
    by_tier(
        20,
        600,
        reason="as many calls as are allowed; each push allows twenty",
    ),
)
def test_the_call_over_the_limit_waits_for_the_next_minute(
    where: Evaluation, settings: Settings, most: int
) -> None:
    assert settings.STAFF_CALLS_PER_MINUTE == 600
    settings.STAFF_CALLS_PER_MINUTE = most
    caller = program(where.owner)
    for number in range(most):
        answer = caller.get(f"{STAFF}evaluations/?no=such")
        assert (answer.status_code, left(answer)) == (400, most - 1 - number)
    refused = caller.get(f"{STAFF}evaluations/")
    assert (refused.status_code, left(refused)) == (429, 0)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Policy"] == f'"token";q={most};w=60'


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_my_work.py"
    "::test_changed_words_are_to_be_signed_again",
)
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


def constant(node: ast.expr | None, names: dict[str, str]) -> str:
    """A string, by its own or by the name that its module gives it."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    return str(node.value) if isinstance(node, ast.Constant) and node.value else ""


def codes_in(source: str) -> Iterator[str]:
    """Every code that a module gives a problem."""
    tree = ast.parse(source)
    names = {
        target.id: str(line.value.value)
        for line in tree.body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=kind)) if kind in KINDS:
                for keyword in node.keywords:
                    if keyword.arg == "code":
                        yield constant(keyword.value, names)
            case ast.Assign(targets=[ast.Name(id="default_code")], value=value):
                yield constant(value, names)
            case ast.AnnAssign(target=ast.Name(id="default_code"), value=value):
                yield constant(value, names)
            case ast.Call(func=ast.Name(id="problem_body" | "_refuse"), args=args):
                yield from (constant(arg, names) for arg in args[2:3])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_vendors_process_names_its_answers_and_explains_them_too",
)
def test_a_problem_leads_to_a_page_that_explains_each_code(where: Evaluation) -> None:
    page = Client().get("/api/v1/problems/")
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/html")
    explained = set(re.findall(r'<dt id="(\w+)">', page.content.decode()))
    given = {
        code
        for part in ("evaltracker", "vendors", "trials", "stakeholders")
        for path in (ROOT / part).rglob("*.py")
        if "migrations" not in path.parts
        for code in codes_in(path.read_text())
    }
    framework = {
        kind.default_code
        for kind in exceptions.APIException.__subclasses__()
        if kind.__module__ == exceptions.__name__
    }
    given |= framework - {"parse_error", "error", "authentication_failed"}
    given |= {problem_body(status)["code"] for status in SENTENCES}
    given |= {"malformed"}
    assert {"claims_closed", "run_token_ended", "throttled"} <= given
    assert given - {""} - explained == set(), "explain it in toolbox/rest/codes.json"


@pytest.mark.urls("evaltracker.vendor_urls")
def test_vendors_process_names_its_answers_and_explains_them_too(
    where: Evaluation,
) -> None:
    nobody = Client()
    assert b'id="claims_closed"' in nobody.get("/api/v1/problems/").content
    refused = nobody.get("/api/v1/invitations/")
    assert left(refused) == 58
    assert refused.json()["request_id"] == refused["X-Request-ID"]


def test_a_call_that_will_end_says_since_when_and_until(
    where: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (datetime.date(2027, 1, 1), datetime.date(2027, 7, 1))
    view: Any = resolve(f"{STAFF}evaluations/").func
    monkeypatch.setattr(view.view_class, "ends", days)
    caller = program(where.owner)
    first = caller.get(f"{STAFF}evaluations/")
    again = caller.get(f"{STAFF}evaluations/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    for answer in (first, again):
        assert answer["Deprecation"] == "@1798761600"
        assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert "Sunset" not in caller.get(f"{STAFF}evaluations/none/inbox/")
    paths = caller.get(f"{STAFF}schema/?format=json").json()["paths"]
    assert paths[f"{STAFF}evaluations/"]["get"]["deprecated"] is True
    assert "deprecated" not in paths[f"{STAFF}evaluations/{{slug}}/inbox/"]["get"]
