"""What is described of the call that reports runs is what it does."""

import copy
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema

from tests.trials.runs.posting import Program
from trials.run_api import EXAMPLE, FORMATS, JUNIT
from trials.run_formats import KNOWN, OF_RUN, PARAMS

pytestmark = pytest.mark.django_db
SCHEMA, RUNS = "/api/v1/trials/schema/", "/api/v1/trials/{trial}/runs/"


def described() -> dict[str, Any]:
    accept = {"accept": "application/vnd.oai.openapi+json"}
    found: dict[str, Any] = Client().get(SCHEMA, headers=accept).json()
    return found


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_bodies_and_parameters_are_those_that_are_read",
)
def test_it_is_valid_needs_no_token_and_names_this_call_alone() -> None:
    document = described()
    validate_schema(document)  # type: ignore[no-untyped-call]
    assert document["openapi"] == "3.1.1"
    assert set(document["paths"]) == {RUNS}
    assert document["paths"][RUNS]["post"]["security"] == [{"run_token": []}]
    page = Client().get("/api/v1/trials/docs/")
    assert page.status_code == 200
    assert b"https://" not in page.content


@pytest.mark.urls("evaltracker.vendor_urls")
def test_a_process_for_vendors_has_none_of_it() -> None:
    client = Client(raise_request_exception=False)
    for address in (SCHEMA, "/api/v1/trials/docs/"):
        assert client.get(address).status_code == 404


def test_bodies_and_parameters_are_those_that_are_read() -> None:
    call = described()["paths"][RUNS]["post"]
    sent = call["requestBody"]["content"]
    assert set(sent) == set(FORMATS)
    params = {one["name"] for one in call["parameters"] if one["in"] == "query"}
    assert params == PARAMS
    body = sent["application/json"]["schema"]
    assert body["properties"].keys() == KNOWN
    assert body["properties"]["runs"]["items"]["properties"].keys() == OF_RUN


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_test_results.py"
    "::test_the_address_names_the_criterion_of_a_whole_file",
)
def test_every_example_is_taken_and_answered_as_described(ci: Program) -> None:
    now = timezone.now().isoformat()
    body = copy.deepcopy(EXAMPLE)
    body["runs"][0]["measured_at"] = now
    body["runs"][0]["criterion"] = "R1"
    junit = JUNIT.replace("2026-11-27T10:15:00Z", now).replace("t7", "r2")
    answers = described()["paths"][RUNS]["post"]["responses"]
    said = answers["201"]["content"]["application/json"]["schema"]
    for sent, kind, query in (
        (body, "application/json", ""),
        (junit, "application/xml", "?id=build-8&commit=ab12"),
    ):
        both = [ci.post(sent, kind, f"{ci.address}{query}") for _ in range(2)]
        assert [each.status_code for each in both] == [201, 200], both[0].content
        assert all(each.json().keys() == said["properties"].keys() for each in both)


def test_a_no_has_the_shape_that_is_described(ci: Program) -> None:
    body = copy.deepcopy(EXAMPLE)
    body["runs"][0]["unit"] = 5
    problem = ci.post(body).json()
    example = described()["paths"][RUNS]["post"]["responses"]["400"]["content"]
    (kind,) = example
    (shown,) = example[kind]["examples"].values()
    assert problem["errors"] == shown["value"]["errors"]
    assert problem["detail"] == shown["value"]["detail"]
