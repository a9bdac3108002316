"""The call by which a program of the buyer's reports runs, and its description."""

import datetime
import re
from collections.abc import Callable, Mapping
from typing import IO, Any, ClassVar, cast
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.errors import Invalid, NotFound
from evaltracker.toolbox.rest.problems import (
    CHARSET,
    CONTENT_TYPE,
    UTF8,
    TooLarge,
    problem_body,
)
from evaltracker.toolbox.rest.views import (
    Reasons,
    StrictView,
    problems,
    read_id,
)
from trials.choices import ReportFormat
from trials.models import RunToken
from trials.run_formats import (
    COMMIT_LIMIT,
    ENVIRONMENT_LIMIT,
    KEY_LIMIT,
    MOST_CASES,
    MOST_RUNS,
    NAMES,
    SIZE_LIMIT,
    UNIT_LIMIT,
    ReportedFile,
    read_description_apart,
    read_in_toto,
    read_instant,
    read_json_runs,
    read_junit,
)
from trials.selectors.runs import SECRET, find_run_tokens
from trials.services.runs import end_leaked_token, receive_report
from vendors.api.access import BEARER, MinuteThrottle
from vendors.api.schema import DocsView, SchemaView
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
        secret = run_secret_of(header)
        token = find_run_tokens([secret]).first() if secret else None
        if token is None:
            raise AuthenticationFailed
        return Program(), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="evaltracker runs"'


def run_secret_of(header: str) -> str | None:
    """The run token in an Authorization header, if it has the shape of one."""
    match = BEARER.fullmatch(header)
    return match[1] if match and SECRET.fullmatch(match[1]) else None


def end_tokens_in_address(request: HttpRequest) -> bool:
    """End the run tokens that stand in the address; whether one has their shape."""
    secrets = set(SECRET.findall(unquote(request.get_full_path())))
    if not secrets:
        return False
    for token in find_run_tokens(secrets).filter(revoked_at=None):
        end_leaked_token(token=token)
    return True


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


def text_of(content: bytes) -> str:
    """A body as text."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise exceptions.ParseError("The body is not UTF-8.") from error


RUNS = re.compile(r"/api/v1/trials/[^/]+/runs/")
LEAKED = (
    "A run token in a URL is not secret, so it was revoked. Send a new one in the "
    "header: Authorization: Bearer <run token>."
)


class RunTokenGuard:
    """Answers calls that carry a run token where none belongs."""

    # Whether this process may know run tokens.
    ends_leaked: ClassVar[bool] = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """400 if it stands in the address, 404 anywhere but at the runs."""
        if self.ends_leaked and end_tokens_in_address(request):
            return _problem(400, LEAKED)
        header = request.headers.get("Authorization", "")
        if run_secret_of(header) and not RUNS.fullmatch(request.path_info):
            return _problem(404)
        return self.get_response(request)


class VendorRunTokenGuard(RunTokenGuard):
    """The same in a process for vendors alone, where no run token opens anything."""

    ends_leaked: ClassVar[bool] = False


def _problem(status: int, detail: str = "") -> JsonResponse:
    return JsonResponse(
        problem_body(status, detail),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


PER_MINUTE = settings.RUN_CALLS_PER_MINUTE
DESCRIPTION = f"""
How a benchmark or CI of the buyer's reports what it measured in a trial. Runs never
judge anything: a person confirms what they propose.

Send `Authorization: Bearer <run token>`; who runs the trial makes it on *Runs and
tokens* of the trial's page. It posts runs of that trial and opens nothing else. Errors
are `application/problem+json` (RFC 9457): `code` is for programs, `detail` for people.

**Limits.** A body: {SIZE_LIMIT // 1024**2} MB, not compressed, with {MOST_RUNS:,} runs,
or {MOST_CASES:,} test cases of which others than those of a criterion are ignored.
Calls in a minute: {PER_MINUTE:,} of a token; then 429 with `Retry-After`.
"""
EXAMPLE: dict[str, Any] = {
    "id": "build-7",
    "commit": "ab12",
    "link": "https://ci.example/7",
    "environment": "m5.large",
    "runs": [
        {
            "criterion": 1,
            "value": "12.1",
            "unit": "ms",
            "measured_at": "2026-11-27T10:15:00Z",
        }
    ],
}
JUNIT = """<testsuite name="nightly" timestamp="2026-11-27T10:15:00Z">
  <testcase name="test_c2_restores_a_job"/>
</testsuite>
"""
IN_TOTO: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "app", "digest": {"sha256": "0" * 64}}],
    "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
    "predicate": {
        "result": "PASSED",
        "configuration": [],
        "passedTests": ["c2 restores a job"],
    },
}
ANSWER: dict[str, Any] = {
    "id": "build-7",
    "format": "json",
    "runs": 1,
    "ignored": 0,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "received_at": "2026-11-27T10:16:00Z",
}
WHY: Reasons = {
    400: (
        "The file or a parameter is wrong; `errors` names 20 places at most.",
        "invalid",
        {
            "detail": "runs.0.unit: Give the unit of the number, such as ms.",
            "errors": [
                {
                    "pointer": "#/runs/0/unit",
                    "detail": "Give the unit of the number, such as ms.",
                }
            ],
        },
    ),
    403: (
        "The run token has ended; `detail` says why.",
        "permission_denied",
        {"detail": "The run token was revoked."},
    ),
    404: ("Not the trial of this run token, or none at all.", "", {}),
    409: (
        "The trial is closed, or the id stands for another file.",
        "run_report_id_taken",
        {
            "detail": "The id “build-7” stands for another file, received 2026-11-27 "
            "10:16 UTC. Give each file its own id."
        },
    ),
    413: ("The body is over its limit.", "too_large", {}),
    415: (
        "The body has another type, is compressed, or is not UTF-8.",
        "unsupported_media_type",
        {},
    ),
}
NOT_JSON = "Of a file that is no JSON; a JSON body says it itself. "
EXACT = {"oneOf": [{"type": "string"}, {"type": "number"}]}
NAME = {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}


class RunTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the description how a program authenticates."""

    target_class = "trials.run_api.RunTokenAuthentication"
    name = "run_token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def any_of(shape: dict[str, Any], words: str) -> serializers.JSONField:
    """A field of several types, described as they are."""

    class Described(serializers.JSONField):
        _spectacular_annotation = {"field": shape}

    return Described(help_text=words)


class RunInput(serializers.Serializer[Any]):
    """One number of a criterion that has a measure."""

    criterion = any_of(NAME, "Its number on the trial's page, or its id.")
    value = any_of(EXACT, "Exact; a string, or a JSON number as it is written.")
    unit = serializers.CharField(
        max_length=UNIT_LIMIT, help_text="Of the same kind as the measure's: s for ms."
    )
    measured_at = serializers.DateTimeField(
        help_text="With its offset from UTC; within the trial's days."
    )


class RunReportInput(serializers.Serializer[Any]):
    """A file of runs; unknown fields are refused."""

    id = serializers.CharField(
        max_length=KEY_LIMIT, help_text="Your own, one for each file."
    )
    commit = serializers.CharField(
        max_length=COMMIT_LIMIT, required=False, allow_blank=True
    )
    link = serializers.URLField(required=False, allow_blank=True)
    environment = serializers.CharField(
        max_length=ENVIRONMENT_LIMIT, required=False, allow_blank=True
    )
    runs = serializers.ListField(child=RunInput(), min_length=1, max_length=MOST_RUNS)


class RunReportOutput(serializers.Serializer[Any]):
    """What was kept of a file: all of it."""

    id = serializers.CharField()
    format = serializers.ChoiceField(choices=ReportFormat.choices)
    runs = serializers.IntegerField(help_text="How many runs it has.")
    ignored = serializers.IntegerField(help_text="Test cases of no criterion.")
    sha256 = serializers.CharField(help_text="Of the file as it came.")
    received_at = serializers.DateTimeField()


def _param(name: str, words: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=f"{NOT_JSON}{words}")


def _sent(name: str, value: Any, media_type: str) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True, media_type=media_type)


describe_report = extend_schema(
    operation_id="runs_report",
    summary="Report runs",
    parameters=[
        OpenApiParameter("trial", OpenApiTypes.UUID, OpenApiParameter.PATH),
        _param("id", "Your own id of the file; needed."),
        _param("commit", "What was tested."),
        _param("link", "Where it ran.", OpenApiTypes.URI),
        _param("environment", "On what it ran."),
        _param(
            "measured_at", "When, where the file does not say.", OpenApiTypes.DATETIME
        ),
    ],
    request={
        "application/json": RunReportInput,
        "application/xml": OpenApiTypes.STR,
        "text/xml": OpenApiTypes.STR,
        "application/vnd.in-toto+json": OpenApiTypes.OBJECT,
    },
    responses={
        201: RunReportOutput,
        200: RunReportOutput,
        **problems(400, 401, 403, 404, 409, 413, 415, 429, own=WHY),
    },
    examples=[
        _sent("numbers", EXAMPLE, "application/json"),
        _sent("JUnit XML", JUNIT, "application/xml"),
        _sent("in-toto", IN_TOTO, "application/vnd.in-toto+json"),
        OpenApiExample("kept", ANSWER, response_only=True, status_codes=["200", "201"]),
    ],
)


class RunSchemaView(SchemaView):
    """OpenAPI 3 of what run tokens open."""

    prefix = "api/v1/trials/"
    custom_settings = {
        "TITLE": "evaltracker: runs of trials",
        "DESCRIPTION": DESCRIPTION,
        "ENFORCE_NON_BLANK_FIELDS": True,
    }

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Read this description, as YAML or, by the Accept header, as JSON."""
        return super().get(request, *args, **kwargs)


class RunDocsView(DocsView):
    """The description as a page."""

    url_name = "run-schema"
    title = "evaltracker: runs of trials"


IN_BODY = "A JSON body says this itself; remove it from the address."


class RunThrottle(MinuteThrottle):
    """`RUN_CALLS_PER_MINUTE` of each run token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this token may call once more."""
        if request.auth is None:
            return True
        return self.count(f"run-calls:{request.auth.pk}", settings.RUN_CALLS_PER_MINUTE)


class RunGuessThrottle(MinuteThrottle):
    """`CALLS_WITHOUT_TOKEN_PER_MINUTE` of each address, with no or an unknown token."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether this address may call without a good token once more."""
        name = f"run-calls-without-token:{address_of(request)}"
        return self.count(name, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE)


class RunsView(StrictView):
    """Runs of one trial, posted by its run token."""

    authentication_classes = (RunTokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (RunThrottle,)
    parser_classes: tuple[type[BaseParser], ...] = PARSERS
    params: ClassVar = {"POST": frozenset({*NAMES, "measured_at"})}

    @describe_report
    def post(self, request: Request, trial: str) -> Response:
        """Report runs: all of the file is kept, or nothing."""
        token = cast("RunToken", request.auth)
        if read_id(trial) != token.trial_id:
            raise NotFound
        content = cast("bytes", request.data)
        kind = FORMATS[(request.content_type or "").partition(";")[0].strip().lower()]
        received = receive_report(
            token=token,
            format=kind,
            content=content,
            said=read_report(kind, content, request.query_params.dict()),
        )
        report = received.report
        body = {
            "id": report.key,
            "format": report.format,
            "runs": received.runs,
            "ignored": report.ignored,
            "sha256": report.sha256,
            "received_at": report.received_at,
        }
        return Response(body, status=201 if received.created else 200)

    def handle_exception(self, exc: Exception) -> Response:
        """Count calls without a good token by their address, and stop a flood."""
        if isinstance(
            exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated
        ):
            guesses = RunGuessThrottle()
            if not guesses.allow_request(self.request, self):
                exc = exceptions.Throttled(guesses.wait())
        return super().handle_exception(exc)


def read_report(
    kind: ReportFormat, content: bytes, params: dict[str, Any]
) -> ReportedFile:
    """What a body of that kind says; `params` describe a file that cannot do so itself.

    Raises:
        Invalid: by place. ParseError: it is no JSON.

    """
    if kind == ReportFormat.JSON:
        if params:
            raise Invalid(IN_BODY, errors={name: [IN_BODY] for name in sorted(params)})
        return read_json_runs(text_of(content))
    described = read_description_apart(params)
    instant = _instant(params.get("measured_at"))
    if kind == ReportFormat.JUNIT:
        return read_junit(content, described, instant)
    return read_in_toto(text_of(content), described, instant)


def _instant(text: str | None) -> datetime.datetime | None:
    try:
        return read_instant(text) if text else None
    except ValueError as error:
        raise Invalid(str(error), errors={"measured_at": [str(error)]}) from error


# A process that serves vendors alone never has these addresses.
urlpatterns = [
    path("<str:trial>/runs/", RunsView.as_view()),
    path("schema/", RunSchemaView.as_view(), name="run-schema"),
    path("docs/", RunDocsView.as_view(), name="run-docs"),
]
