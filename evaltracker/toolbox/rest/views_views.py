"""The base of every REST view: strict about what comes, silent about the rest."""

import datetime
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.errors import NotFound
from evaltracker.toolbox.rest.problems import StrictJSONParser, handle_exception

UNKNOWN_PARAMETER = "Unknown parameter; remove it."
UNKNOWN_FIELD = "Unknown field; remove it."
WRITE_DAY = "Write the date as YYYY-MM-DD."
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class OnlyByHeader(DefaultContentNegotiation):
    """The Accept header alone says what is wanted; `?format=` is refused."""

    def select_renderer(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The renderer for what the header accepts."""
        if "format" in request.query_params:
            raise NotAcceptable
        return super().select_renderer(request, *args, **kwargs)


class StrictView(APIView):
    """JSON in and out, problems for errors, no unknown parameter, never stored.

    Calls run outside `ATOMIC_REQUESTS`: services bring their own transaction, and
    what was noted of a refused call (a leaked token's end) must outlive it.
    """

    parser_classes: tuple[type[BaseParser], ...] = (StrictJSONParser,)
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer,)
    content_negotiation_class = OnlyByHeader
    # No OPTIONS: nobody is told by it what the description does not say.
    http_method_names: Sequence[str] = ("get", "post", "put", "patch", "delete", "head")
    # Query parameters that each method knows.
    params: ClassVar[dict[str, frozenset[str]]] = {}

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view, outside the request's transaction."""
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def get_exception_handler(self) -> Callable[..., Response]:
        """One handler makes every problem."""
        return handle_exception

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Know the caller first, then look at what they ask."""
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            return  # 405 in a moment, whatever is asked
        method = "GET" if request.method == "HEAD" else request.method or ""
        known = self.params.get(method, frozenset())
        wrong = {
            name: [UNKNOWN_PARAMETER if name not in known else "Give it once."]
            for name, values in request.query_params.lists()
            if name not in known or len(values) > 1
        }
        if wrong:
            raise ValidationError(wrong)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let no cache keep an answer, unless it has a tag to be asked about."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("ETag"):
            response["Cache-Control"] = "no-store"
        return response


class StrictSerializer(serializers.Serializer[Any]):
    """A body's fields; one that is not known is refused, never dropped."""

    default_error_messages = {"invalid": "The body must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        """The values, after looking for unknown names."""
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise ValidationError(
                {name[:100]: [UNKNOWN_FIELD] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string; a number is not taken for one."""

    default_error_messages = {
        "invalid": "It must be a string.",
        "blank": "It must not be blank.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def read_day(value: Any) -> datetime.date | None:
    """A calendar day as YYYY-MM-DD, and in no other of the many ISO forms."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None


class Day(serializers.DateField):
    """A calendar day as YYYY-MM-DD, and in no other of the many ISO forms."""

    default_error_messages = {"invalid": WRITE_DAY}

    def to_internal_value(self, value: Any) -> Any:
        day = read_day(value)
        if day is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


def read_id(text: str) -> uuid.UUID:
    """An id from a path; whatever is none names nothing, so it is not found."""
    try:
        found = uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error
    if str(found) != text:
        raise NotFound
    return found
