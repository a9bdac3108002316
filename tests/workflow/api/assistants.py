"""Assistants that call by hand, as the protocol says."""

import json
from collections.abc import Mapping
from typing import Any

from django.test import Client

MCP = "/api/v1/mcp/"
NOW = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": NOW,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def body_of(method: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """A request as JSON-RPC has it; `_meta` is that of today's revision."""
    called = {"jsonrpc": "2.0", "id": 1, "method": method, **more}
    return {**called, "params": {"_meta": META, **(params or {})}}


def post(client: Client, body: Any, **headers: str) -> Any:
    """The answer to a body, sent as it stands with these headers."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(MCP, raw, "application/json", headers=headers)


def call(client: Client, method: str, params: Any = None, **headers: str) -> Any:
    """The answer to a call of today's revision; `headers` change what it says."""
    said = {"MCP-Protocol-Version": NOW, "Mcp-Method": method}
    if name := (params or {}).get("name"):
        said["Mcp-Name"] = name
    return post(client, body_of(method, params), **{**said, **headers})


def use(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool says, as its result."""
    answer = call(client, "tools/call", {"name": tool, "arguments": arguments})
    assert answer.status_code == 200, answer.content
    result: dict[str, Any] = answer.json()["result"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result


def error_of(answer: Any, status: int) -> int:
    """The code of a JSON-RPC error under that status."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    code: int = answer.json()["error"]["code"]
    return code
