"""What the OpenAPI description says of problems and pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from evaltracker.evaluations.api.cursors import DEFAULT, MOST
from evaltracker.evaluations.api.problems import CONTENT_TYPE


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    pointer = serializers.CharField(help_text="Where, as a JSON pointer: #/statement")
    detail = serializers.CharField(help_text="What, and how to mend it.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what was not done, and why."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="For programs; it never changes.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    request_id = serializers.CharField(required=False)


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The problems that a call may answer with, for `extend_schema`."""
    return {(status, CONTENT_TYPE): ProblemSerializer for status in statuses}


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
        description="How many at most.",
    ),
    OpenApiParameter(
        "cursor", str, description="Where to go on; taken from next or previous."
    ),
]
