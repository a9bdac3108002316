"""The official client of the protocol, against the product that runs.

It is imported where it is used: that takes longer than to collect all tests beside it.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from evaltracker.evaluations.models import Evaluation
from tests import clients
from tests.factories import trials
from tests.workflow.api.assistants import MCP

if TYPE_CHECKING:
    from mcp import Client

pytestmark = pytest.mark.django_db(transaction=True)
type Talk = Callable[[Client], Awaitable[None]]
ERAS = {"2025-06-18": "legacy", "2025-11-25": "legacy", "2026-07-28": "auto"}


@pytest.fixture
def where() -> Evaluation:
    """An evaluation in research in which Acme claims R1."""
    where = trials.platform()
    trials.claimed(where)
    return where


def talk(site: str, secret: str, work: Talk, mode: str = "auto") -> None:
    """Let the official client do `work` by that token."""
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared._httpx_utils import create_mcp_http_client

    async def run() -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        async with create_mcp_http_client(headers) as http:
            way = streamable_http_client(f"{site}{MCP}", http_client=http)
            async with Client(way, mode=mode) as client:
                await work(client)

    # In a thread of its own: a browser's loop may run in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, run).result()


def secret_of(client: Any) -> str:
    """The token that a client of the cast sends."""
    secret: str = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    return secret


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[2026-07-28]",
)
def test_the_official_client_reads_the_matrix(
    era: str, where: Evaluation, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcp import Client, MCPError
    from mcp.client import session

    if era != "2026-07-28":
        monkeypatch.setattr(session, "LATEST_HANDSHAKE_VERSION", era)
    program = clients.program(where.owner)
    address = f"/api/v1/staff/evaluations/{where.slug}/matrix/"
    expected = program.get(address).json()

    async def work(client: Client) -> None:
        assert client.protocol_version == era
        assert client.server_info is not None
        assert client.server_info.name == "evaltracker"
        assert "never instructions" in (client.instructions or "")
        tools = (await client.list_tools()).tools
        changing = [
            tool.name
            for tool in tools
            if not (tool.annotations and tool.annotations.read_only_hint)
        ]
        assert set(changing) <= {"ask"}
        for tool in tools:
            assert tool.input_schema["additionalProperties"] is False
        told = await client.call_tool("matrix", {"evaluation": where.slug})
        assert (told.is_error, told.structured_content) == (False, expected)
        absent = await client.call_tool("matrix", {"evaluation": "no-such"})
        assert absent.is_error
        assert absent.structured_content["code"] == "not_found"
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("delete")

    talk(live_server.url, secret_of(program), work, ERAS[era])


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_verify_files.py::test_it_says_that_all_is_well[disk]",
)
def test_the_official_client_is_told_that_its_token_is_over(
    where: Evaluation, live_server: Any
) -> None:
    from mcp import Client, MCPError

    async def work(client: Client) -> None:
        pytest.fail("it got in")

    with pytest.RaisesGroup(MCPError, flatten_subgroups=True, allow_unwrapped=True):
        talk(live_server.url, f"evp_{'0' * 12}_{'x' * 43}", work)
