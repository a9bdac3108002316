"""The table of bad input in docs/developers/reliability.md, on the claims call."""

import json

import pytest
from django.test import Client

from tests.vendors.api.conftest import CLAIM, Party, refused

GOOD = json.dumps(CLAIM).encode()
RAW_400 = {
    "brackets": b"[" * 100_000,
    "deep object": b'{"a":' * 50_000,
    # Took minutes once: each quote was sought an end for.
    "quotes without an end": b"[]" * 21 + b'"' + b'\\"' * 120_000,
    "21 levels": json.dumps({**CLAIM, "environments": [[[]]]})
    .replace("[[[]]]", "[" * 20 + "]" * 20)
    .encode(),
    "NaN": GOOD.replace(b'"Yes."', b"NaN"),
    "Infinity": GOOD.replace(b'"Yes."', b"-Infinity"),
    "long integer": GOOD.replace(b'"Yes."', b"1" * 4400),
    "huge exponent": GOOD.replace(b'"Yes."', b"1e999999"),
    "duplicate key": GOOD[:-1] + b', "statement": "No."}',
    "list": b"[]",
    "string": b'"x"',
    "null": b"null",
    "number": b"1",
    "empty": b"",
    "cut off": GOOD[:-5],
    "UTF-16": GOOD.decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "bad UTF-8": GOOD.replace(b"Yes", b"\xff\xfe"),
    "lone surrogate": GOOD.replace(b"Yes.", b"\\ud800"),
    "lone surrogate as a name": GOOD[:-1] + b', "\\ud800": 1}',
    "unescaped control": GOOD.replace(b"Yes.", b"a\x01b"),
}


@pytest.mark.parametrize("name", RAW_400)
def test_a_body_that_is_not_a_plain_json_object_is_400(acme: Party, name: str) -> None:
    problem = refused(acme.call("POST", f"{acme.home}claims/", RAW_400[name]), 400)
    assert problem["errors"]


def test_a_body_over_the_limit_is_413_with_the_limit(acme: Party) -> None:
    big = json.dumps({**CLAIM, "statement": "x" * 262_144}).encode()
    problem = refused(acme.call("POST", f"{acme.home}claims/", big), 413)
    assert "262,144 bytes" in problem["detail"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "nonsense",
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[application/json; charset=nonsense]",
)
def test_other_kinds_of_body_are_415(acme: Party, kind: str) -> None:
    sent = acme.call("POST", f"{acme.home}claims/", GOOD, content_type=kind)
    refused(sent, 415)


@pytest.mark.parametrize(
    "query",
    [
        "search=%00",
        "search=%ff%fe",
        "ordering=price",
        "vendor__name=x",
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1e3",
        "limit=%D9%A1",
        "limit=1&limit=2",
        "limit=",
        "cursor=",
        "cursor=x:y",
        "cursor=%00",
        "history=2",
        "history=true",
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[limit=1001]",
)
def test_an_unknown_parameter_or_value_is_400(acme: Party, query: str) -> None:
    refused(acme.call("GET", f"{acme.home}claims/?{query}"), 400)


def test_a_cursor_of_another_list_is_400(acme: Party) -> None:
    following = acme.call("GET", f"{acme.home}requirements/?limit=1").json()["next"]
    refused(acme.call("GET", following.replace("requirements/", "claims/")), 400)
    refused(acme.call("GET", f"/api/v1/invitations/?{following.split('?')[1]}"), 400)


def test_only_json_is_given_out(acme: Party) -> None:
    refused(acme.call("GET", acme.home, accept="text/html"), 406)
    refused(acme.call("GET", f"{acme.home}?format=html"), 406)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_405(acme: Party, method: str) -> None:
    answer = acme.call(method, f"{acme.home}claims/", CLAIM)
    refused(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD"


def test_headers_that_ask_for_another_method_or_address_change_nothing(
    acme: Party,
) -> None:
    answer = acme.call(
        "GET",
        f"{acme.home}claims/",
        x_http_method_override="DELETE",
        x_original_url="/admin/",
        x_forwarded_host="evil.example",
    )
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v1/nothing"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[GET-/api/]"
)
def test_an_unknown_address_is_a_404_problem(
    acme: Party, address: str, method: str
) -> None:
    refused(acme.call(method, address, CLAIM), 404)


def test_a_wrong_host_is_a_400_problem(acme: Party) -> None:
    refused(acme.call("GET", acme.home, host="evil.example"), 400)


def test_what_breaks_inside_is_500_without_a_word_about_it(
    acme: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret: /srv/evaltracker")

    monkeypatch.setattr("vendors.api.claims.page_of", broken)
    problem = refused(acme.call("GET", "/api/v1/invitations/"), 500)
    assert "secret" not in str(problem)
    assert Client().get("/healthz").status_code == 200
