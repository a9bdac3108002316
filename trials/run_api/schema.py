"""The description of the call that reports runs: OpenAPI and its page."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from evaltracker.rest.schemas import Reasons, problems
from trials.choices import ReportFormat
from trials.run_formats import MOST_CASES, MOST_RUNS, SIZE_LIMIT, UNIT_LIMIT
from trials.run_formats.described import COMMIT_LIMIT, ENVIRONMENT_LIMIT, KEY_LIMIT
from vendors.api.schema import DocsView, SchemaView

CALLS = settings.RUN_CALLS_PER_MINUTE
DESCRIPTION = f"""
How a benchmark or CI of the buyer's reports what it measured in a trial. Runs never
judge anything: a person confirms what they propose.

Send `Authorization: Bearer <run token>`; who runs the trial makes it on *Runs and
tokens* of the trial's page. It posts runs of that trial and opens nothing else. Errors
are `application/problem+json` (RFC 9457): `code` is for programs, `detail` for people.

**Limits.** A body: {SIZE_LIMIT // 1024**2} MB, not compressed, with {MOST_RUNS:,} runs,
or {MOST_CASES:,} test cases of which others than those of a criterion are ignored.
Calls in a minute: {CALLS:,} of a token; then 429 with `Retry-After`.
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

    target_class = "trials.run_api.authentication.RunTokenAuthentication"
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
