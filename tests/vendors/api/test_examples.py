"""The examples of the description are requests that work and answers that come."""

from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from tests.vendors.api.conftest import Party

HOME = "/api/v1/invitations/{invitation}/"
DYNAMIC = {
    *("id", "submitted_at", "asked_at", "proposed_at", "handed_in_at", "handed_in_by"),
}
WITH_EXAMPLES = ("claims/", "claims/batch/", "questions/", "proposals/", "quote/")


@pytest.fixture
def description() -> dict[str, Any]:
    told = Client().get(
        "/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}
    )
    found: dict[str, Any] = told.json()
    return found


@pytest.fixture
def paths(description: dict[str, Any]) -> dict[str, Any]:
    """The paths of the description."""
    found: dict[str, Any] = description["paths"]
    return found


@pytest.fixture
def shapes(description: dict[str, Any]) -> dict[str, Any]:
    """The bodies that it names."""
    found: dict[str, Any] = description["components"]["schemas"]
    return found


def example(content: dict[str, Any]) -> Any:
    (one,) = content["application/json"]["examples"].values()
    return one["value"]


@pytest.mark.parametrize("below", WITH_EXAMPLES)
@pytest.mark.nightly(
    reason="5 values; each push has the first of them",
    short="[claims/]",
)
def test_an_example_is_a_request_that_works(
    acme: Party, paths: dict[str, Any], below: str
) -> None:
    Evaluation.objects.update(asks_effort=True)
    methods = paths[f"{HOME}{below}"]
    method = "put" if "put" in methods else "post"
    call = methods[method]
    body = example(call["requestBody"]["content"])
    answer = acme.call(method.upper(), f"{acme.home}{below}", body)
    told = example(call["responses"][str(answer.status_code)]["content"])
    got = answer.json()
    assert got.keys() == told.keys()
    for name in got.keys() - DYNAMIC:
        assert got[name] == told[name]


def test_an_example_shows_every_field_that_its_answer_has(
    db: None, paths: dict[str, Any], shapes: dict[str, Any]
) -> None:
    seen = set()
    for path, methods in paths.items():
        for call in methods.values():
            for status, told in call["responses"].items():
                content = told.get("content", {}).get("application/json", {})
                if status.startswith("2") and "examples" in content:
                    shape = shapes[content["schema"]["$ref"].rpartition("/")[2]]
                    assert example({"application/json": content}).keys() == set(
                        shape["properties"]
                    ), path
                    seen.add(path.removeprefix(HOME))
    assert seen > {*WITH_EXAMPLES, "submission/", "answer-sheet/", "gaps/{gap}/reply/"}


def test_every_call_describes_every_problem_with_an_example(
    db: None, paths: dict[str, Any]
) -> None:
    for path, methods in paths.items():
        if path.endswith("schema/"):
            continue
        for method, call in methods.items():
            assert call["summary"] and call["description"], (path, method)
            statuses = {"400", "401", "404", "406", "429", "500"}
            if method != "get":
                statuses |= {"409", "413", "415", "422"}
                sent = [parameter["name"] for parameter in call["parameters"]]
                assert "Idempotency-Key" in sent, (path, method)
            assert statuses <= call["responses"].keys(), (path, method)
            for status in statuses:
                told = call["responses"][status]
                shown = told["content"]["application/problem+json"]["examples"]
                assert shown[status]["value"]["status"] == int(status)
                assert told["description"]
