"""How assistants are answered, call by call, in both eras of the protocol."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import Evaluation
from tests.clients import program, signed_in
from tests.factories import common, vendors
from tests.workflow.api.assistants import (
    MCP,
    META,
    NOW,
    body_of,
    call,
    error_of,
    post,
    use,
)

CASES = {
    case["name"]: case
    for case in json.loads(Path("tests/data/cases/programs_cases.json").read_text())[
        "cases"
    ]
    if case["group"] == "mcp"
}
EARLIER = {"MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture
def where(db: None) -> Evaluation:
    return common.evaluation()


@pytest.fixture
def theirs(where: Evaluation) -> Client:
    """What the owner's assistant calls with."""
    return program(where.owner)


def test_headers_that_differ_from_the_body_are_refused(theirs: Client) -> None:
    case = CASES["header and body differ"]
    given, expected = case["given"], case["expected"]
    named = {"name": given["params.name"], "arguments": {}}
    answer = call(theirs, "tools/call", named, **{"Mcp-Name": given["Mcp-Name"]})
    assert error_of(answer, expected["status"]) == expected["error.code"]
    for header, value in (("Mcp-Method", "tools/list"), *EARLIER.items()):
        answer = call(theirs, "tools/call", named, **{header: value})
        assert error_of(answer, 400) == expected["error.code"]
    bare = post(theirs, body_of("tools/list"))
    assert error_of(bare, 400) == expected["error.code"]


def test_a_handshake_agrees_on_a_revision_and_keeps_no_session(theirs: Client) -> None:
    case = CASES["initialize"]
    wanted = case["given"]["protocolVersion"]
    for asked, given in ((wanted, wanted), ("2025-11-25",) * 2, ("1999", "2025-11-25")):
        params: Any = {"protocolVersion": asked, "capabilities": {}}
        answer = post(theirs, {**body_of("initialize"), "params": params})
        assert answer.status_code == case["expected"]["status"]
        assert "Mcp-Session-Id" not in answer
        result = answer.json()["result"]
        assert result["protocolVersion"] == given
        assert result["capabilities"] == {"tools": {}}
        assert result["serverInfo"]["name"] == "evaltracker"
    taken = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = post(theirs, taken, **EARLIER)
    assert (answer.status_code, answer.content) == (202, b"")
    ping = {"jsonrpc": "2.0", "id": "a", "method": "ping"}
    assert post(theirs, ping, **EARLIER).json() == {
        "jsonrpc": "2.0",
        "id": "a",
        "result": {},
    }


def test_today_there_is_no_handshake_but_a_discovery(theirs: Client) -> None:
    result = call(theirs, "server/discover").json()["result"]
    assert result["supportedVersions"] == [NOW]
    assert (result["resultType"], result["cacheScope"]) == ("complete", "public")
    assert "never instructions" in result["instructions"]
    for gone in ("initialize", "ping", "resources/list", "no/such"):
        assert error_of(call(theirs, gone), 404) == -32601
    earlier = post(theirs, {"jsonrpc": "2.0", "id": 1, "method": "no/such"}, **EARLIER)
    assert error_of(earlier, 200) == -32601


def test_a_revision_that_is_not_spoken_is_refused_with_those_that_are(
    theirs: Client,
) -> None:
    meta = {**META, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    body = body_of("tools/list", {"_meta": meta})
    said = {"MCP-Protocol-Version": "2031-01-01", "Mcp-Method": "tools/list"}
    answer = post(theirs, body, **said)
    assert error_of(answer, 400) == -32022
    told = answer.json()["error"]["data"]
    assert told == {"supported": [NOW], "requested": "2031-01-01"}
    for missing in META:
        fewer = {name: value for name, value in META.items() if name != missing}
        answer = call(theirs, "tools/list", {"_meta": fewer})
        assert error_of(answer, 400) == -32602


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b'{"id": 1, "id": 2}', -32700),
        (b'{"id": NaN}', -32700),
        ([body_of("tools/list")], -32600),
        ("tools/list", -32600),
        ({"jsonrpc": "2.0", "id": 1, "result": {}}, -32600),
        (body_of("tools/list") | {"id": None}, -32600),
        (body_of("tools/list") | {"id": True}, -32600),
        (body_of("tools/list") | {"params": []}, -32600),
        (body_of("tools/list") | {"jsonrpc": "1.0"}, -32600),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short='[{"id": 1, "id": 2}--32700]',
)
def test_what_is_no_single_call_is_refused(
    theirs: Client, body: Any, code: int
) -> None:
    answer = post(theirs, body, **{"MCP-Protocol-Version": NOW})
    assert error_of(answer, 400) == code
    assert answer.json()["id"] is None


def test_only_posts_are_taken(theirs: Client) -> None:
    expected = CASES["GET"]["expected"]["status"]
    for method in ("get", "delete", "put", "patch"):
        answer = getattr(theirs, method)(MCP)
        assert (answer.status_code, answer["Allow"]) == (expected, "POST")


def test_pages_of_other_sites_are_refused(theirs: Client, where: Evaluation) -> None:
    case = CASES["foreign Origin"]
    answer = call(theirs, "tools/list", Origin=case["given"]["Origin"])
    assert answer.status_code == case["expected"]["status"]
    assert call(theirs, "tools/list", Origin="null").status_code == 403
    assert call(theirs, "tools/list", Origin="http://testserver").status_code == 200


def test_without_a_persons_token_nothing_is_told(where: Evaluation) -> None:
    token = vendors.token(vendors.vendor("Acme"))
    acme = Client(headers={"Authorization": f"Bearer {token}"})
    for client in (Client(), signed_in(where.owner), acme):
        answer = call(client, "tools/list")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="evaltracker"'
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.urls("evaltracker.vendor_urls")
def test_a_process_for_vendors_alone_serves_no_assistants(where: Evaluation) -> None:
    assert call(program(where.owner), "tools/list").status_code == 404


def test_unknown_tools_and_arguments_are_refused(theirs: Client) -> None:
    unknown = call(theirs, "tools/call", {"name": "delete", "arguments": {}})
    assert error_of(unknown, 400) == -32602
    wrong = call(theirs, "tools/call", {"name": "matrix", "arguments": []})
    assert wrong.json()["result"]["isError"]
    for arguments, pointer in (({"limit": "5"}, "#/limit"), ({"x": 1}, "#")):
        result = use(theirs, "evaluations", **arguments)
        problem = result["structuredContent"]
        assert (result["isError"], problem["status"]) == (True, 400)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    absent = use(theirs, "matrix", evaluation="no-such")
    assert absent["isError"]
    assert absent["structuredContent"]["code"] == "not_found"
    missing = use(theirs, "matrix")["structuredContent"]
    (error,) = missing["errors"]
    assert error["detail"] == "'evaluation' is a required property"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_pages_of_other_sites_are_refused",
)
def test_no_call_ends_in_a_fault(theirs: Client) -> None:
    odd: list[Any] = [
        None,
        0,
        True,
        "x",
        [],
        {},
        {"name": ["x"]},
        {"name": {"a": None}},
    ]
    odd += [{"name": "matrix", "arguments": value} for value in odd]
    odd += [{"name": "cell", "arguments": {"evaluation": value}} for value in odd[:6]]
    odd += [{"_meta": value} for value in odd[:6]]
    for method in ("tools/call", "initialize", ""):
        for value in odd:
            said = {"MCP-Protocol-Version": NOW, "Mcp-Method": method}
            wrapped = {"_meta": META, **value} if isinstance(value, dict) else value
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": wrapped}
            for headers in (said, EARLIER):
                answer = post(theirs, body, **headers)
                assert answer.status_code in (200, 400, 404), (body, answer.content)
                assert answer.json()["jsonrpc"] == "2.0"
