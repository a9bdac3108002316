"""The API's description of itself: OpenAPI and its page, without a token."""

from typing import Any

from django.conf import settings
from django.urls import get_resolver
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from evaltracker.rest.problems import handle_exception
from evaltracker.rest.schemas import problems
from evaltracker.rest.views import OnlyByHeader
from vendors.api.throttling import GuessThrottle

PREFIX = "api/v1/"
OPENAPI = "application/vnd.oai.openapi"
CALLS = settings.VENDOR_CALLS_PER_MINUTE
GUESSES = settings.CALLS_WITHOUT_TOKEN_PER_MINUTE
DESCRIPTION = f"""
How a vendor answers an evaluation by program: read the requirements, state what is
there, planned, or never will be, and keep what you said.

Send `Authorization: Bearer <token>`; the buyer gives you the token. Errors are
`application/problem+json` (RFC 9457): `code` is for programs, `detail` for people.

**Limits.** A body: 256 KB of JSON, 2 MB for a batch of up to 1,000 claims, 10 MB for a
file; JSON nests 20 levels. A list: `limit` up to 1,000, then follow `next`. Files: 20
and 200 MB an invitation. Calls in a minute: {CALLS:,} of a token, {GUESSES:,} without a
good one of an address; then 429 with `Retry-After`. An answer under an
`Idempotency-Key` is kept for 7 days.

**Any call** may also be answered, as a problem too, with 405 (not by this method;
`Allow` names which), 411 (a body in chunks: send `Content-Length`), 417 (an `Expect`
other than 100-continue), 431 (a head that is too long), or 503 with `Retry-After` (too
much is being sent just now).
"""


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the description how a vendor authenticates."""

    target_class = "vendors.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class OpenView(APIView):
    """What both pages share: no token, no other method, and problems as JSON."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (GuessThrottle,)
    content_negotiation_class = OnlyByHeader
    http_method_names = ("get", "head")

    def get_exception_handler(self) -> Any:
        """One handler makes every problem."""
        return handle_exception

    def handle_exception(self, exc: Exception) -> Any:
        """A problem is JSON, whatever was asked for."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class SchemaView(OpenView, SpectacularAPIView):
    """OpenAPI 3 of the vendor API alone."""

    # Below which addresses it describes calls.
    prefix = PREFIX
    custom_settings = {
        "TITLE": "evaltracker: vendor API",
        "DESCRIPTION": DESCRIPTION,
        "ENFORCE_NON_BLANK_FIELDS": True,
    }

    @extend_schema(
        operation_id="schema_read",
        summary="This description",
        parameters=[],
        auth=[],
        responses={
            **{(200, it): OpenApiTypes.OBJECT for it in (OPENAPI, f"{OPENAPI}+json")},
            **problems(406, 429),
        },
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Read this description, as YAML or, by the Accept header, as JSON."""
        # Of the vendor API alone, even where other APIs are served; what higher floors
        # add to it is known to the addresses only.
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
