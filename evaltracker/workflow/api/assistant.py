"""Assistants of people, by the Model Context Protocol: what they read and ask for.

JSON in, JSON out, no session. Each call of revision 2026-07-28 says its version; those
of 2025 agree on one by `initialize`, and say it in a header from then on.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import path
from drf_spectacular.utils import extend_schema
from jsonschema import Draft202012Validator
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evaltracker import __version__
from evaltracker.errors import Invalid, Problem
from evaltracker.toolbox.rest.problems import KNOWN, handle_exception
from evaltracker.workflow.api.acts import QUOTES, do_or_ask, form_of_act, list_acts
from evaltracker.workflow.api.base import StaffView
from evaltracker.workflow.api.reads import READS
from evaltracker.workflow.services.proposed_actions import check_quote_needed

NEWEST = "2026-07-28"
EARLIER = ("2025-06-18", "2025-11-25")
VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
SERVER = {"name": "evaltracker", "version": __version__}
# What is said to everybody: words of ours, and no vendor's among them.
_SAID = Path(__file__).with_name("assistant.json").read_text(encoding="utf-8")
ABOUT, CACHING, TOOLS = json.loads(_SAID).values()
ARGUMENTS = {tool["name"]: Draft202012Validator(tool["inputSchema"]) for tool in TOOLS}
# The read that a tool is, where it has another name.
READ_OF = {"my_work": "inbox", "brief": "evaluation"}
REFUSALS: tuple[type[Exception], ...] = (Problem, APIException, *dict(KNOWN))
PARSE = -32700
REQUEST = -32600
METHOD = -32601
PARAMS = -32602
HEADERS = -32020
UNSUPPORTED = -32022


class ProtocolError(Exception):
    """A call that the protocol does not allow, or we do not know."""

    def __init__(self, code: int, message: str, **more: Any) -> None:
        self.code = code
        self.error = {"code": code, "message": message, **more}


class AssistantView(StaffView):
    http_method_names = ("post",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse pages of other sites, whatever token their script has got."""
        here = request.build_absolute_uri("/")[:-1]
        if request.headers.get("Origin", here) not in (here, settings.SITE_URL):
            raise PermissionDenied
        super().initial(request, *args, **kwargs)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Answer a call; a notification is taken, and changes nothing."""
        call: dict[str, Any] = {}
        newest = True
        try:
            call = read_call(request)
            if "id" not in call:
                return Response(status=202)
            newest = is_newest(request, call)
            result = self.result(request, call, newest=newest)
        except ProtocolError as wrong:
            # Clients of before take another status than 200 for a broken connection.
            if not newest:
                status = 200
            elif wrong.code == METHOD:
                status = 404
            else:
                status = 400
            answer = {"jsonrpc": "2.0", "id": call.get("id"), "error": wrong.error}
            return Response(answer, status=status)
        if newest:
            meta = {"io.modelcontextprotocol/serverInfo": SERVER}
            result |= {"resultType": "complete", "_meta": meta}
        return Response({"jsonrpc": "2.0", "id": call["id"], "result": result})

    def result(self, request: Request, call: dict[str, Any], *, newest: bool) -> Any:
        match call["method"], newest:
            case "server/discover", True:
                return ABOUT | CACHING | {"supportedVersions": [NEWEST]}
            case "initialize", False:
                version = call["params"].get("protocolVersion")
                if version in EARLIER:
                    version = version
                else:
                    version = EARLIER[-1]
                return ABOUT | {"protocolVersion": version, "serverInfo": SERVER}
            case "ping", False:
                return {}
            case "tools/list", _:
                return {"tools": TOOLS, **(CACHING if newest else {})}
            case "tools/call", _:
                return self.call_tool(request, call["params"])
        raise ProtocolError(METHOD, "Method not found", data=call["method"])

    def call_tool(self, request: Request, params: dict[str, Any]) -> Any:
        """What the tool says, or as an error the problem why it does not."""
        name = str(params.get("name"))
        given = params.get("arguments") or {}
        if name not in ARGUMENTS:
            raise ProtocolError(PARAMS, f"Unknown tool: {name}")
        is_error = False
        try:
            for wrong in ARGUMENTS[name].iter_errors(given):
                location = ".".join(map(str, wrong.absolute_path))
                raise Invalid(wrong.message[:200], field=location)
            answer = self.use_tool(request, name, given)
        except REFUSALS as no:
            problem = handle_exception(no, {"view": self, "request": request})
            if problem.status_code >= 500:
                raise
            answer = problem.data
            is_error = True
        text = {"type": "text", "text": JSONRenderer().render(answer).decode()}
        return {"content": [text], "structuredContent": answer, "isError": is_error}

    def use_tool(self, request: Request, tool: str, given: dict[str, Any]) -> Any:
        person = self.person(request)
        target = given.get("target", "")
        if tool == "acts":
            return list_acts(person, given.get("on", ""))
        if tool == "act_form":
            form, tag = form_of_act(person, given["act"], target)
            return {**form, "etag": tag}
        if tool == "ask":
            body = given["fields"] | {name: given.get(name) for name in QUOTES}
            own_words = body["own_words"] is True
            etag = given.get("etag")
            check_quote_needed(given["act"], body["quote"], own_words=own_words)
            token = self.token(request)
            return do_or_ask(
                token, given["act"], target, body, if_match=etag, only_ask=True
            )[1]
        slug = given.pop("evaluation", "")
        evaluation: Any = self.evaluation(request, slug) if slug else None
        params = {key: str(value) for key, value in given.items()}
        return READS[READ_OF.get(tool, tool)].answer(person, evaluation, params)


def read_call(request: Request) -> dict[str, Any]:
    """The one request or notification in the body."""
    try:
        call = request.data
    except ParseError as error:
        raise ProtocolError(PARSE, str(error.detail)) from error
    if not (
        isinstance(call, dict)
        and call.get("jsonrpc") == "2.0"
        and isinstance(call.get("method"), str)
        and isinstance(call.get("params"), dict | None)
        and type(call.get("id", "")) in (int, str)
    ):
        raise ProtocolError(REQUEST, "Send one JSON-RPC request or notification")
    return call | {"params": call.get("params") or {}}


def is_newest(request: Request, call: dict[str, Any]) -> bool:
    """Whether the call says its version itself, since no handshake did.

    Raises:
        ProtocolError: it does not say what it must, or its headers say otherwise.
    """
    method = call["method"]
    meta = call["params"].get("_meta")
    meta = meta if isinstance(meta, dict) else {}
    is_earlier = request.headers.get("MCP-Protocol-Version", EARLIER[0]) in EARLIER
    if is_earlier and (method == "initialize" or VERSION not in meta):
        return False
    if missing := {VERSION, CAPABILITIES} - meta.keys():
        raise ProtocolError(PARAMS, f"params._meta lacks {', '.join(missing)}")
    expected = {"MCP-Protocol-Version": meta[VERSION], "Mcp-Method": method}
    if method == "tools/call":
        expected["Mcp-Name"] = call["params"].get("name")
    for header, value in expected.items():
        if request.headers.get(header) != value:
            raise ProtocolError(HEADERS, f"{header} differs from the body")
    if meta[VERSION] != NEWEST:
        data = {"supported": [NEWEST], "requested": meta[VERSION]}
        raise ProtocolError(UNSUPPORTED, "Unsupported protocol version", data=data)
    return True


urlpatterns = [path("", AssistantView.as_view())]
