"""What the OpenAPI description says of problems and pages."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    inline_serializer,
)
from rest_framework import serializers

from evaltracker.errors import StorageFull
from evaltracker.rest.cursors import DEFAULT, MOST
from evaltracker.rest.problems import CONTENT_TYPE, problem_body

NULL = {"type": "object", "nullable": True, "enum": [None]}


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    pointer = serializers.CharField(help_text="Where, as a JSON pointer: #/statement")
    detail = serializers.CharField(help_text="What is wrong, and how to fix it.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what was not done, and why."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="For programs; it never changes.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    request_id = serializers.CharField(required=False)


type Reasons = Mapping[int, tuple[str, str, dict[str, Any]]]
# Why each status comes, and what its problem looks like; where calls of vendors differ
# from others, in the words of theirs.
WHY: Reasons = {
    400: (
        "The body or a parameter is wrong; `errors` names each place. "
        "Unknown fields are refused, never dropped.",
        "invalid",
        {
            "detail": "statement: It must not be blank.",
            "errors": [{"pointer": "#/statement", "detail": "It must not be blank."}],
        },
    ),
    401: ("No token, or not a valid one; the text is the same either way.", "", {}),
    403: ("Not for you.", "permission_denied", {"detail": "You may not do this."}),
    404: ("Not yours, or it does not exist; the answer is the same.", "", {}),
    406: (
        "The requested media type is not available.",
        "not_acceptable",
        {"detail": "Set the Accept header to application/json."},
    ),
    409: (
        "Not possible now. `claims_closed` names both times; "
        "`idempotency_key_in_use` comes with `Retry-After`.",
        "claims_closed",
        {
            "detail": "Claims closed at 2026-11-24T18:00:00.000+01:00 (Europe/Berlin); "
            "it is now 2026-11-24T18:00:00.041+01:00 (Europe/Berlin)."
        },
    ),
    413: (
        "The body is over its limit: 256 KB, 2 MB for a batch, 10 MB for a file.",
        "too_large",
        {"detail": "The body is over the limit of 262,144 bytes."},
    ),
    415: (
        "The body has the wrong type or is not UTF-8, or a file's type is not "
        "accepted (`file_type`).",
        "unsupported_media_type",
        {"detail": "Send the body as application/json, in UTF-8."},
    ),
    422: (
        "The Idempotency-Key was used with another body before.",
        "idempotency_key_reused",
        {
            "detail": "This Idempotency-Key was used with another body before; use a "
            "new key."
        },
    ),
    429: (
        "Too many calls in this minute; wait for `Retry-After` seconds.",
        "throttled",
        {"detail": "Too many calls in this minute; try again in 12 seconds."},
    ),
    500: (
        "It failed on our side and was logged under `request_id`.",
        "",
        {"request_id": "3f0e2a52-7a5f-4b7b-9f3e-0d6c1f2d3e4a"},
    ),
    507: (
        "The server has no room left for files, so nothing was saved.",
        StorageFull.default_code,
        {"detail": str(StorageFull())},
    ),
}


def problems(*statuses: int, own: Reasons | None = None) -> dict[tuple[int, str], Any]:
    """The problems that a call may answer with, for `extend_schema`; `own` reasons
    stand before the usual ones."""
    reasons = {**WHY, **(own or {})}
    return {
        (status, CONTENT_TYPE): _problem(status, *reasons[status])
        for status in statuses
    }


def _problem(status: int, why: str, code: str, more: dict[str, Any]) -> OpenApiResponse:
    example = OpenApiExample(
        str(status),
        value={**problem_body(status, code=code), **more},
        response_only=True,
        media_type=CONTENT_TYPE,
        status_codes=[str(status)],
    )
    return OpenApiResponse(ProblemSerializer, description=why, examples=[example])


def page(name: str, of: type[serializers.Serializer[Any]]) -> Any:
    """The envelope of a list."""
    return inline_serializer(
        name=name,
        fields={
            "results": of(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


PAGE_PARAMETERS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
        description="The most to return.",
    ),
    OpenApiParameter(
        "cursor", str, description="Where to continue; taken from next or previous."
    ),
]


def spell_out(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say that a call needs no token, instead of nothing; give whatever may be null the
    type that OpenAPI 3.0 wants beside it."""
    for calls in result["paths"].values():
        for call in calls.values():
            call.setdefault("security", [])
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            if field.get("nullable") and "type" not in field:
                del field["nullable"]
                field["oneOf"] = [*field.pop("allOf"), NULL]
    return result
