"""The call by which a program of the buyer's reports runs, and its description."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar, cast
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.errors import NotFound
from evaltracker.toolbox.files import files_of_rows
from evaltracker.toolbox.rest.problems import (
    CHARSET,
    UTF8,
    TooLarge,
    problem_answer,
    problem_body,
)
from evaltracker.toolbox.rest.views import Reasons, StrictView, problems, read_id
from trials.choices import ReportFormat
from trials.models import RunToken
from trials.run_formats import (
    MOST_CASES,
    MOST_RUNS,
    PARAMS,
    SIZE_LIMIT,
    Address,
    ReportedFile,
    read_json_file,
    read_junit,
    refuse,
)
from trials.selectors.runs import (
    SECRET,
    codes_of,
    find_run_tokens,
    results_by_token,
    results_of,
    runs_by_code,
)
from trials.services.runs import Received, end_leaked_token, receive_report
from vendors.api.access import MinuteThrottle, secret_of
from vendors.api.schema import BearerScheme, OpenView, description
from vendors.rate_limits import address_of


class Program:
    """The program at the other end; stands where the framework wants a user."""

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    pk: ClassVar[None] = None


class RunTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <run token>`; cookies and sessions count for nothing."""

    def authenticate(self, request: Request) -> tuple[Program, RunToken] | None:
        """The token, alive or not; the service says why one has ended."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        secret = secret_of(header, SECRET)
        if secret:
            token = find_run_tokens([secret]).first()
        else:
            token = None
        if token is None:
            raise AuthenticationFailed
        return Program(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="evaltracker runs"'


def secrets_in_address(request: HttpRequest, shape: re.Pattern[str]) -> set[str]:
    return set(shape.findall(unquote(request.get_full_path())))


FORMATS = {
    "application/json": ReportFormat.JSON,
    "application/xml": ReportFormat.JUNIT,
    "text/xml": ReportFormat.JUNIT,
    "application/vnd.in-toto+json": ReportFormat.IN_TOTO,
}


class WholeBody(BaseParser):
    """A body of at most 10 MB that is not compressed."""

    def parse(  # type: ignore[override]
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes, once; they are read by who knows their format."""
        request = (parser_context or {})["request"]
        charset = CHARSET.search(media_type or "")
        packed = request.headers.get("Content-Encoding", "identity") != "identity"
        if packed or (charset and charset[1].lower() not in UTF8):
            raise exceptions.UnsupportedMediaType(media_type or "")
        content: bytes = stream.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise TooLarge(f"The body is over the limit of {SIZE_LIMIT:,} bytes.")
        return content


PARSERS = tuple(
    type(f"Body{number}", (WholeBody,), {"media_type": media_type})
    for number, media_type in enumerate(FORMATS)
)


RUNS = re.compile(r"/api/v1/trials/[^/]+/runs/")
LEAKED = (
    "A token in a URL is not secret, so it was revoked. Send a new one in the "
    "header: Authorization: Bearer <token>."
)


class RunTokenGuard:
    """Answers calls that carry a run token where none belongs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """400 if it stands in the address, 404 anywhere but at the runs."""
        if self.end_leaked(request):
            return problem_answer(problem_body(400, LEAKED))
        header = request.headers.get("Authorization", "")
        if secret_of(header, SECRET) and not RUNS.fullmatch(request.path_info):
            return problem_answer(problem_body(404))
        return self.get_response(request)

    def end_leaked(self, request: HttpRequest) -> bool:
        """End tokens that stand in the address; whether one has their shape."""
        secrets = secrets_in_address(request, SECRET)
        for token in find_run_tokens(secrets).filter(revoked_at=None):
            end_leaked_token(token=token)
        return bool(secrets)


class VendorRunTokenGuard(RunTokenGuard):
    """The same in a process for vendors alone, where no run token opens anything."""

    def end_leaked(self, request: HttpRequest) -> bool:
        return False


PER_MINUTE = settings.RUN_CALLS_PER_MINUTE
DESCRIPTION = f"""
How a benchmark or CI of the buyer's reports what it measured in a trial, and reads what
its runs come to. Runs never judge anything: a person confirms what they propose.

Send `Authorization: Bearer <run token>`; who runs the trial makes it on *Runs and
tokens* of the trial's page. It posts runs of that trial, reads what they come to, and
opens nothing else. A [client](/api/v1/trials/client.py) in one file does both. Errors
are `application/problem+json` (RFC 9457): `code` is for programs, `detail` for people.

**Limits.** A body: {SIZE_LIMIT // 1024**2} MB, not compressed, with {MOST_RUNS:,} runs,
or {MOST_CASES:,} test cases of which others than those of a criterion are ignored.
Calls in a minute: {PER_MINUTE:,} of a token; then 429 with `Retry-After`.
"""
DESCRIBED = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
EXAMPLE = DESCRIBED["example"]
JUNIT = DESCRIBED["junit"]
WHY: Reasons = {
    int(status): (why, code, problem)
    for status, (why, code, problem) in DESCRIBED["why"].items()
}
REPORT_INPUT = DESCRIBED["report"]
REPORT_OUTPUT = DESCRIBED["reported"]
REPORT_INPUT["properties"]["runs"]["maxItems"] = MOST_RUNS
ANSWER = DESCRIBED["answer"]
for answer in (REPORT_OUTPUT, ANSWER):
    answer["properties"]["results"] = DESCRIBED["results"]
PARAMETERS = DESCRIBED["parameters"]


class RunTokenScheme(BearerScheme):  # type: ignore[no-untyped-call]
    target_class = "trials.run_api.RunTokenAuthentication"
    name = "run_token"


def _parameters(*names: str) -> list[OpenApiParameter]:
    of_trial = OpenApiParameter("trial", OpenApiTypes.UUID, OpenApiParameter.PATH)
    named = (OpenApiParameter(name, description=PARAMETERS[name]) for name in names)
    return [of_trial, *named]


describe_results = extend_schema(
    operation_id="runs_results",
    summary="Read what runs come to",
    description="By criterion. `environment` and `commit` show that pool of runs "
    "instead of the one that the contract declares. `bound` is null for tests, "
    "`value` may be `failed`; `asks` names what the contract has to declare, "
    "`moves` are files without which another verdict comes out, `confirmed` is the "
    "verdict of a person.",
    parameters=_parameters("commit", "environment"),
    responses={200: ANSWER, **problems(400, 401, 403, 404, 409, 429, overrides=WHY)},
)
describe_report = extend_schema(
    operation_id="runs_report",
    summary="Report runs",
    parameters=_parameters(*PARAMETERS),
    request={
        "application/json": REPORT_INPUT,
        "application/xml": OpenApiTypes.STR,
        "text/xml": OpenApiTypes.STR,
        "application/vnd.in-toto+json": OpenApiTypes.OBJECT,
    },
    responses={
        **dict.fromkeys((200, 201), REPORT_OUTPUT),
        **problems(400, 401, 403, 404, 409, 413, 415, 429, overrides=WHY),
    },
    examples=[
        OpenApiExample(kind, value, request_only=True, media_type=kind)
        for kind, value in (("application/json", EXAMPLE), ("application/xml", JUNIT))
    ],
)


class RunThrottle(MinuteThrottle):
    """`RUN_CALLS_PER_MINUTE` of each run token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        name = f"run-calls:{request.auth.pk}"
        return self.count(name, settings.RUN_CALLS_PER_MINUTE, request)


class RunGuessThrottle(MinuteThrottle):
    """`CALLS_WITHOUT_TOKEN_PER_MINUTE` of each address, with no or an unknown token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        name = f"run-calls-without-token:{address_of(request)}"
        most = settings.CALLS_WITHOUT_TOKEN_PER_MINUTE
        return self.count(name, most, request, "address")


class RunsView(StrictView):
    """Runs of one trial, posted and read by its run token."""

    authentication_classes = (RunTokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (RunThrottle,)
    parser_classes: tuple[type[BaseParser], ...] = PARSERS
    params: ClassVar = {"POST": PARAMS, "GET": frozenset({"commit", "environment"})}

    def token(self, trial: str) -> RunToken:
        token = cast("RunToken", self.request.auth)
        if read_id(trial) != token.trial_id:
            raise NotFound
        return token

    @describe_results
    def get(self, request: Request, trial: str) -> Response:
        """Read what the runs of each criterion come to, and propose."""
        token = self.token(trial)
        params = request.query_params
        rows = results_by_token(
            token, params.get("environment", ""), params.get("commit", "")
        )
        return Response({"url": self.page(token), "results": rows})

    def page(self, token: RunToken) -> str:
        place = reverse("admin:trial", args=[token.trial_id])
        return self.request.build_absolute_uri(place)

    @describe_report
    def post(self, request: Request, trial: str) -> Response:
        """Report runs: all of the file is kept, or nothing."""
        token = self.token(trial)
        # A body without a byte comes as no bytes at all.
        if isinstance(request.data, bytes):
            content = request.data
        else:
            content = b""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        params = request.query_params.dict()
        if params.get("dry_run", "1") != "1":
            raise refuse("Say dry_run=1, or leave it out.", "?dry_run")
        address = Address.read(params, codes_of(token.trial_id))
        reported_file = read_report(kind, content, address)
        try:
            with transaction.atomic(), files_of_rows():
                received = receive_report(
                    token=token, content=content, reported_file=reported_file
                )
                body = self.answer(token, received, reported_file)
                if "dry_run" in params:
                    raise NothingKept
        except NothingKept:
            return Response(body)
        return Response(body, status=201 if received.created else 200)

    def answer(
        self, token: RunToken, received: Received, reported_file: ReportedFile
    ) -> dict[str, Any]:
        report = received.report
        return {
            "id": report.key,
            "format": report.format,
            "runs": received.runs,
            "ignored": report.ignored,
            "ignored_names": reported_file.ignored_names,
            "sha256": report.sha256,
            "received_at": report.received_at,
            "reported": runs_by_code(report),
            "url": self.page(token),
            "results": results_of(report.trial),
        }

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood."""
        if isinstance(
            exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated
        ):
            guesses = RunGuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        return super().handle_exception(exc)


CLIENT = Path(__file__).parent / "client" / "evaltracker_runs.py"


class ClientView(OpenView):
    """The program that reports runs, in one file; it holds no secret."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        answer = HttpResponse(CLIENT.read_bytes(), content_type="text/x-python")
        answer["Content-Disposition"] = f'attachment; filename="{CLIENT.name}"'
        return answer


class NothingKept(Exception):
    """Rolls back what a dry run did."""


def read_report(kind: str, content: bytes, address: Address) -> ReportedFile:
    """What a body of that content type says.

    Raises:
        Invalid: by place. ParseError: it is no JSON.
    """
    if not content.strip():
        raise refuse("The body is empty.")
    if FORMATS[kind] == ReportFormat.JUNIT:
        return read_junit(content, address)
    return read_json_file(content, address)


# A process that serves vendors alone never has these addresses.
urlpatterns = [
    path("<str:trial>/runs/", RunsView.as_view()),
    path("client.py", ClientView.as_view(), name="run-client"),
    *description("run", "api/v1/trials/", "evaltracker: runs of trials", DESCRIPTION),
]
