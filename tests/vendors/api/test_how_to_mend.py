"""Every refusal says how to mend it, the framework's own too."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.vendors.api.conftest import CLAIM, Party, refused


def claims(party: Party, **how: Any) -> Any:
    method, body = how.pop("method", "POST"), how.pop("body", CLAIM)
    return party.call(method, f"{party.home}claims/", body, **how)


def test_a_method_that_is_not_known_points_at_the_header_that_names_them(
    acme: Party,
) -> None:
    answer = claims(acme, method="PUT")
    assert "Allow lists" in refused(answer, 405)["detail"]
    assert answer["Allow"] == "GET, POST, HEAD"


def test_another_kind_of_body_is_told_which_one_is_taken(acme: Party) -> None:
    for kind in ("text/plain", "application/json; charset=utf-16"):
        problem = refused(claims(acme, content_type=kind), 415)
        assert problem["detail"] == "Send the body as application/json, in UTF-8."
    sent = acme.call("POST", f"{acme.home}answer-sheet/", {})
    told = refused(sent, 415)["detail"]
    assert told == "Send the body as multipart/form-data, in UTF-8."


def test_another_kind_of_answer_is_told_which_one_is_given(acme: Party) -> None:
    problem = refused(acme.call("GET", acme.home, accept="text/html"), 406)
    assert "Accept header to application/json" in problem["detail"]


def test_too_many_calls_are_told_when_to_go_on(acme: Party, settings: Settings) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 0
    answer = acme.call("GET", acme.home)
    wait = answer["Retry-After"]
    assert f"try again in {wait} seconds" in refused(answer, 429)["detail"]


@pytest.mark.parametrize(
    ("fields", "mended"),
    [
        ({"colour": "red"}, "remove it"),
        ({"statement": 5}, "must be a string"),
        ({"statement": ""}, "must not be blank"),
        ({"requirement": "R9"}, "look at its requirements"),
        ({"availability": "soon"}, "one of: now, beta, planned, on_request, never"),
        ({"available_from": "1.3.2040"}, "YYYY-MM-DD"),
        ({"evidence_url": "ftp://x"}, "start with http:// or https://"),
    ],
)
def test_a_wrong_field_is_told_what_is_right(
    acme: Party, fields: dict[str, Any], mended: str
) -> None:
    (one,) = refused(acme.claim(**fields), 400)["errors"]
    assert mended in one["detail"]
    sent = acme.call(
        "POST", f"{acme.home}claims/batch/", {"claims": [{**CLAIM, **fields}]}
    )
    (one,) = refused(sent, 400)["errors"]
    assert mended in one["detail"]


def test_a_key_of_another_body_is_told_to_take_a_new_one(acme: Party) -> None:
    headers = {"idempotency_key": "k"}
    assert acme.claim(headers=headers).status_code == 201
    again = acme.claim(statement="No.", headers=headers)
    assert again.status_code == 422
    assert "use a new key" in again.json()["detail"]


def test_a_requirement_that_is_answered_twice_is_named(acme: Party) -> None:
    sent = acme.call("POST", f"{acme.home}claims/batch/", {"claims": [CLAIM, CLAIM]})
    (one,) = refused(sent, 400)["errors"]
    assert one["pointer"] == "#/claims/1/requirement"
    assert one["detail"] == "R1 is answered further up too; keep one of the two."
