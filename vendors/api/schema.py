"""How the vendor API describes itself: bodies, their examples, and the pages of both.

A test sends each request of the examples and compares each answer.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, get_resolver, path
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.plumbing import build_array_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from msgspec import UNSET
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from evaltracker.enumerations import Availability
from evaltracker.evaluations.choices import PRIORITY_CHOICES
from evaltracker.evaluations.models import Requirement
from evaltracker.toolbox.measures import DIRECTIONS
from evaltracker.toolbox.rest.problems import MEANINGS, handle_exception
from evaltracker.toolbox.rest.views import (
    OnlyByHeader,
    StrictCharField,
    StrictDateField,
    StrictSerializer,
    problems,
)
from evaltracker.toolbox.text import LINK_LIMIT, TEXT_LIMIT
from vendors.api.access import IDEMPOTENCY_KEY, READ, WRITE, GuessThrottle
from vendors.choices import AVAILABILITY_LABELS, STATED
from vendors.effort import SCHEMA as EFFORT
from vendors.selectors.candidates import demanded

HERE = Path(__file__).parent
EXAMPLES: dict[str, Any] = json.loads(
    (HERE / "examples.json").read_text(encoding="utf-8")
)


def examples(answer: str, *statuses: int, body: str = "") -> list[OpenApiExample]:
    """An answer, and the body that it is to, by their names in `examples.json`."""
    codes = [str(status) for status in statuses or (200,)]
    answered = OpenApiExample(
        "An answer", value=EXAMPLES[answer], response_only=True, status_codes=codes
    )
    if not body:
        return [answered]
    requested = OpenApiExample("A request", value=EXAMPLES[body], request_only=True)
    return [requested, answered]


def reads[F: Callable[..., Any]](
    operation: str, summary: str, shown: Any, example: str = ""
) -> Callable[[F], F]:
    """Describe a call that shows one thing."""
    return extend_schema(
        operation_id=operation,
        summary=summary,
        responses={200: shown, **READ},
        examples=examples(example) if example else None,
    )


def writes[F: Callable[..., Any]](
    body: Any, shown: Any, example: str, named: str = "", *statuses: int, **more: Any
) -> Callable[[F], F]:
    """Describe a call that is answered with 201, or 200 if it changed nothing."""
    return extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=body,
        responses={201: shown, 200: shown, **problems(*statuses), **WRITE},
        examples=examples(example, 200, 201, body=named),
        **more,
    )


PREFIX = "api/v1/"
OPENAPI = "application/vnd.oai.openapi"
CALLS = settings.VENDOR_CALLS_PER_MINUTE
GUESSES = settings.CALLS_WITHOUT_TOKEN_PER_MINUTE
DESCRIPTION = (HERE / "description.txt").read_text(encoding="utf-8")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the description how a vendor authenticates."""

    target_class = "vendors.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class OpenView(APIView):
    """What both pages share: no token, no other method, and problems as JSON."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (GuessThrottle,)
    content_negotiation_class: type[DefaultContentNegotiation] = OnlyByHeader
    http_method_names = ("get", "head")

    def get_exception_handler(self) -> Any:
        return handle_exception

    def handle_exception(self, exc: Exception) -> Any:
        """A problem is JSON, whatever was asked for."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class ByFormat(DefaultContentNegotiation):
    """`?format=` says what is wanted, or else the Accept header."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        return [
            renderer for renderer in renderers if renderer.format == format
        ]  # none: 406


class SchemaView(OpenView, SpectacularAPIView):
    """OpenAPI 3 of the vendor API alone."""

    content_negotiation_class = ByFormat

    # Below which addresses it describes calls.
    prefix = PREFIX
    custom_settings = {
        "TITLE": "evaltracker: vendor API",
        "DESCRIPTION": DESCRIPTION.format(calls=CALLS, guesses=GUESSES),
        "ENFORCE_NON_BLANK_FIELDS": True,
    }

    @extend_schema(
        operation_id="schema_read",
        summary="This description",
        parameters=[OpenApiParameter("format", enum=("json", "yaml"))],
        auth=[],
        responses={
            **{
                (200, kind): OpenApiTypes.OBJECT
                for kind in (OPENAPI, f"{OPENAPI}+json")
            },
            **problems(406, 429),
        },
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Read this description, as YAML or JSON, by `format` or the Accept header."""
        # Of this API alone, even where others are served; what higher floors add to it
        # is known to the addresses only.
        self.patterns = [
            pattern
            for pattern in get_resolver().url_patterns
            if str(pattern.pattern) == self.prefix
        ]
        # Where it is read, it is served.
        server = {"url": request.build_absolute_uri("/").rstrip("/")}
        self.custom_settings = {**self.custom_settings, "SERVERS": [server]}
        read: Any = super().get
        return read(request, *args, **kwargs)


class DocsView(OpenView, SpectacularSwaggerSplitView):
    """The description as a page; script and style are our own files."""

    url_name = "vendor-schema"
    title = "evaltracker: vendor API"
    template_name = "vendors/api_docs.html"


def description(
    name: str, below: str, title: str, text: str, **more: Any
) -> list[URLPattern]:
    """Addresses of the description of another API, which does not tell of itself."""
    custom_settings = {
        "TITLE": title,
        "DESCRIPTION": text,
        "ENFORCE_NON_BLANK_FIELDS": True,
    }
    custom_settings |= more
    values = {"prefix": below, "custom_settings": custom_settings}
    schema: Any = type("ApiSchemaView", (SchemaView,), values)
    schema = extend_schema_view(get=extend_schema(exclude=True))(schema)
    docs = DocsView.as_view(url_name=f"{name}-schema", title=title)
    return [
        path("schema/", schema.as_view(), name=f"{name}-schema"),
        path("docs/", docs, name=f"{name}-docs"),
    ]


class ProblemsView(OpenView):
    """The page that the `type` of a problem leads to."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return render(
            request._request, "vendors/api_problems.html", {"problems": MEANINGS}
        )


NAMES = {"type": "array", "items": {"type": "string"}}
EVERYWHERE = {"type": "string", "pattern": "^everywhere$"}
BY_LIST = {"type": "object", "additionalProperties": {"oneOf": [NAMES, EVERYWHERE]}}


@extend_schema_field({"oneOf": [BY_LIST, EVERYWHERE]}, component_name="HoldsForValues")
class HoldsForValuesField(serializers.JSONField):
    """Values by list, or everywhere."""


class HoldsForLine(serializers.Serializer[Any]):
    """Values with an answer of their own."""

    values = HoldsForValuesField()
    availability = serializers.RegexField(f"^({'|'.join(STATED)})$")
    available_from = serializers.DateField(allow_null=True, required=False)


class HoldsForField(serializers.JSONField):
    """For which values of the buyer's lists an answer holds, as it was given."""


class HoldsForShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Values by list, everywhere, or lines."""

    target_class = HoldsForField

    def get_name(self) -> str:
        return "HoldsFor"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        line = auto_schema.resolve_serializer(HoldsForLine, direction)
        values = {"$ref": "#/components/schemas/HoldsForValues"}
        return {"oneOf": [values, build_array_type(line.ref)]}


NUMBER = {
    "type": "object",
    "properties": {"value": {"type": "string"}, "unit": {"type": "string"}},
    "required": ["value", "unit"],
}


@extend_schema_field(NUMBER, component_name="Number")
class NumberField(serializers.JSONField):
    """A number, exact as text, with a point (“1.200” is 1.2), and its unit."""

    def to_representation(self, value: Any) -> Any:
        return value or None


@extend_schema_field(EFFORT, component_name="Effort")
class EffortField(serializers.JSONField):
    """What it takes to meet a requirement: days in halves, as text, and whose."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        if instance.effort is UNSET:
            raise serializers.SkipField
        return instance.effort

    def to_representation(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        return value.shown


class MeasureOutput(serializers.Serializer[Any]):
    """The number that must be reached; decimals are texts."""

    quantity = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.ChoiceField(choices=list(DIRECTIONS))
    bound = serializers.CharField()
    statistic = serializers.CharField(
        help_text="mean, median, min, max, p1 to p99, or p99.9."
    )
    tolerance = serializers.CharField(
        allow_null=True, help_text="Beyond the bound and within it is partly."
    )
    least_n = serializers.IntegerField(help_text="How many runs it takes at least.")
    lowest = serializers.CharField(required=False, help_text="The lowest possible.")
    highest = serializers.CharField(required=False, help_text="The highest possible.")
    words = serializers.CharField()


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.FileField):
    """A file that is sent as a part of a form."""


HOLDS_FOR = (
    "The values of the buyer's lists for which it holds: values by list, everywhere, "
    "or a list of objects with values, availability and available_from."
)
AVAILABILITY = [
    (availability.value, AVAILABILITY_LABELS[availability]) for availability in STATED
]


class ClaimInput(StrictSerializer):
    """An answer to one requirement."""

    # For the description; `claim_bodies` reads.

    requirement = StrictCharField(max_length=80, help_text="The requirement's ref.")
    availability = serializers.ChoiceField(
        choices=AVAILABILITY,
        help_text="When it exists; an honest never counts in your favour.",
        error_messages={"invalid_choice": f"It must be one of: {', '.join(STATED)}."},
    )
    available_from = StrictDateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Required for planned; allowed for beta and on_request.",
    )
    environments = serializers.ListField(
        child=StrictCharField(max_length=60),
        max_length=20,
        required=False,
        default=list,
        help_text="Where else it runs, in your own words; holds_for answers the "
        "buyer's lists.",
    )
    holds_for = HoldsForField(
        required=False, allow_null=True, default=None, help_text=HOLDS_FOR
    )
    number = NumberField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The number that you claim, where the requirement has a measure; in "
        "any unit that can be compared with its own.",
    )
    effort = EffortField(
        help_text="Where the invitation asks for it. Left out, it stays; null takes it "
        "back."
    )
    statement = StrictCharField(
        max_length=TEXT_LIMIT, help_text="Your answer, as plain text."
    )
    evidence_url = StrictCharField(
        max_length=LINK_LIMIT,
        required=False,
        allow_blank=True,
        default="",
        help_text="An http(s) link that shows it; kept as text, never fetched.",
    )


class ClaimOutput(serializers.Serializer[Any]):
    """One revision of an own claim."""

    requirement = serializers.CharField(source="requirement.ref")
    availability = serializers.ChoiceField(
        choices=[*AVAILABILITY, (Availability.WITHDRAWN.value, "Withdrawn")]
    )
    available_from = serializers.DateField(allow_null=True)
    environments = serializers.ListField(child=serializers.CharField())
    holds_for = HoldsForField(
        source="holds_for.said", allow_null=True, help_text="As it was given."
    )
    number = NumberField(allow_null=True, help_text="As it was given.")
    statement = serializers.CharField(allow_blank=True)
    evidence_url = serializers.CharField(allow_blank=True)
    effort = EffortField(
        help_text="As it stands, with its revision, where the invitation asks for it."
    )
    revision = serializers.IntegerField(source="own_revision")
    submitted_at = serializers.DateTimeField()


class RequirementOutput(serializers.Serializer[Any]):
    """What is asked; never what it weighs or who else answers."""

    ref = serializers.CharField()
    category = serializers.CharField(source="category.name")
    text = serializers.CharField()
    priority = serializers.ChoiceField(choices=PRIORITY_CHOICES)
    help = serializers.CharField(source="vendor_help", allow_blank=True)
    revision = serializers.IntegerField()
    measure = serializers.SerializerMethodField(
        help_text="The number that must be reached, if there is one: claim yours."
    )
    lists = serializers.SerializerMethodField(
        help_text="Values by list: it must hold for each, so answer for each."
    )

    @extend_schema_field(MeasureOutput(allow_null=True))
    def get_measure(self, requirement: Requirement) -> dict[str, Any] | None:
        """Its parts and its words; null of none."""
        if not requirement.measure:
            return None
        return {**requirement.measure, "words": requirement.measure_words}

    def get_lists(self, requirement: Requirement) -> dict[str, list[str]]:
        """The values by list in which it must hold."""
        return demanded(requirement)


class ProgressOutput(serializers.Serializer[Any]):
    """How far you are. What is handed in counts."""

    answered = serializers.IntegerField()
    of = serializers.IntegerField(help_text="How many are asked.")
    musts_left = serializers.IntegerField(help_text="Must-haves without an answer.")
    prices = serializers.CharField(
        help_text="not_handed_in, handed_in or withdrawn; blank: none are asked for."
    )
    prices_on = serializers.DateField(allow_null=True, help_text="When, at last.")
    support = serializers.CharField(help_text="stated or not_stated.")
    questions = serializers.IntegerField(help_text="Yours that wait for an answer.")
    documents = serializers.IntegerField(help_text="New since you were in the pages.")


class InvitationOutput(serializers.Serializer[Any]):
    """What a vendor was invited to."""

    id = serializers.UUIDField()
    evaluation = serializers.CharField(help_text="The title of the evaluation.")
    buyer = serializers.CharField(allow_blank=True)
    candidate = serializers.CharField(help_text="Which of your products is meant.")
    claims_open = serializers.BooleanField()
    claims_close_at = serializers.DateTimeField(allow_null=True)
    requirements = serializers.IntegerField(help_text="How many are asked.")
    claims = serializers.IntegerField(help_text="How many you answer now.")
    asks_effort = serializers.BooleanField(
        help_text="Whether claims say what it takes to meet a requirement."
    )
    test = serializers.BooleanField(
        help_text="Whether this is a test with a made-up list. Nothing counts."
    )
    progress = ProgressOutput(required=False, help_text="Of one alone.")
