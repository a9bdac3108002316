"""What the OpenAPI description says of problems and pages."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import attrgetter, or_
from pathlib import Path
from typing import IO, Any, ClassVar, cast
from urllib.parse import urlencode, urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaltracker.errors import NotFound, StorageFull
from evaltracker.toolbox.files import SIZE_LIMIT
from evaltracker.toolbox.rest.problems import (
    CONTENT_TYPE,
    StrictJSONParser,
    TooLarge,
    check_charset,
    handle_exception,
    problem_body,
)

UNKNOWN_PARAMETER = "Unknown parameter; remove it."
UNKNOWN_FIELD = "Unknown field; remove it."
WRITE_DAY = "Write the date as YYYY-MM-DD."
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class OnlyByHeader(DefaultContentNegotiation):
    """The Accept header alone says what is wanted; `?format=` is refused."""

    def select_renderer(self, request: Request, *args: Any, **kwargs: Any) -> Any:
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
    # Whether a read is tagged by its content, so that the next one may be a 304.
    tags_reads: ClassVar[bool] = False
    # Since when a call is deprecated, and when it ends: six months later, or more.
    ends: ClassVar[tuple[datetime.date, datetime.date] | None] = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def get_exception_handler(self) -> Callable[..., Response]:
        return handle_exception

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            return  # 405 in a moment, whatever is asked
        if request.method == "HEAD":
            method = "GET"
        else:
            method = request.method or ""
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
        response = self.tagged(request, response)
        if self.ends is not None:
            since, until = (calendar.timegm(day.timetuple()) for day in self.ends)
            response["Deprecation"] = f"@{since}"
            response["Sunset"] = http_date(until)
        return response

    def tagged(self, request: Request, response: Response) -> Response:
        if response.has_header("ETag"):
            return response
        if self.tags_reads and request.method == "GET" and response.status_code == 200:
            if isinstance(response, Response):
                response.render()
            digest = hashlib.sha256(response.content).hexdigest()
            tag = response["ETag"] = f'W/"{digest[:32]}"'
            response["Cache-Control"] = "private, no-cache"
            same: Any = get_conditional_response(request._request, tag, None, response)
            return cast("Response", same)
        response["Cache-Control"] = "no-store"
        return response


class StrictSerializer(serializers.Serializer[Any]):
    """A body's fields; one that is not known is refused, never dropped."""

    default_error_messages = {"invalid": "The body must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise ValidationError(
                {name[:100]: [UNKNOWN_FIELD] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class StrictCharField(serializers.CharField):
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


class StrictDateField(serializers.DateField):
    default_error_messages = {"invalid": WRITE_DAY}

    def to_internal_value(self, value: Any) -> Any:
        day = read_day(value)
        if day is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


def read_id(text: str) -> uuid.UUID:
    """An id from a path; whatever is none names nothing, so it is not found."""
    try:
        key = uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error
    if str(key) != text:
        raise NotFound
    return key


# Lists by cursor: each page starts behind the last row of the one before.
#
# A cursor is the signed sort key of a row, so rows that arrive meanwhile neither
# repeat nor hide others, and nobody can make one up.

DEFAULT = 100
MOST = 1000
PARAMS = frozenset({"limit", "cursor"})
_LIMIT = re.compile(r"[1-9][0-9]{0,3}")


def page_of[M: Model](
    request: Request,
    rows: QuerySet[M],
    *,
    key: Sequence[str],
    show: Callable[[M], dict[str, Any]],
) -> dict[str, Any]:
    """One page of `rows` as {results, next, previous}; `key` as in `page_at`."""
    address = request.build_absolute_uri(request.path)
    return page_at(address, request.query_params, rows, key=key, show=show)


def page_at[M: Model](
    address: str,
    params: Mapping[str, str],
    rows: QuerySet[M],
    *,
    key: Sequence[str],
    show: Callable[[M], dict[str, Any]],
) -> dict[str, Any]:
    """The page that `params` ask for of a list at `address`.

    `key` are the fields to sort by, together unique; `a__b` works too, and `-a` sorts
    descending.
    """
    signer = Signer(salt=f"evaltracker.cursor {urlsplit(address).path}")
    limit = limit_of(params)
    backward, after = _cursor(params, signer)
    names = [name.removeprefix("-") for name in key]
    signs = ["-" if (name[0] == "-") != backward else "" for name in key]
    ordered = rows.order_by(*map("".join, zip(signs, names, strict=True)))
    if after is not None:
        ordered = ordered.filter(_beyond(names, after, signs))
    listed = list(ordered[: limit + 1])
    more = len(listed) > limit
    listed = listed[:limit]
    if backward:
        listed.reverse()

    def link(row: Model, backward: bool) -> str:
        values = [str(attrgetter(name.replace("__", "."))(row)) for name in names]
        cursor = signer.sign_object([int(backward), *values])
        return f"{address}?{urlencode({**dict(params.items()), 'cursor': cursor})}"

    has_next = bool(listed) if backward else more
    if backward:
        has_previous = more
    else:
        has_previous = after is not None and bool(listed)
    return {
        "results": [show(row) for row in listed],
        "next": link(listed[-1], False) if has_next else None,
        "previous": link(listed[0], True) if has_previous else None,
    }


def _beyond(key: Sequence[str], values: Sequence[str], signs: Sequence[str]) -> Q:
    """Rows behind the one with these values, in the order of `key`."""
    conditions = []
    for place, field in enumerate(key):
        condition = {key[before]: values[before] for before in range(place)}
        side = "lt" if signs[place] else "gt"
        condition[f"{field}__{side}"] = values[place]
        conditions.append(Q(**condition))
    return reduce(or_, conditions)


def limit_of(params: Mapping[str, str]) -> int:
    text = params.get("limit", str(DEFAULT))
    if not _LIMIT.fullmatch(text) or int(text) > MOST:
        raise ValidationError({"limit": [f"It must be a number from 1 to {MOST}."]})
    return int(text)


def _cursor(params: Mapping[str, str], signer: Signer) -> tuple[bool, list[str] | None]:
    text = params.get("cursor")
    if text is None:
        return False, None
    try:
        backward, *values = signer.unsign_object(text)
    except (BadSignature, ValueError) as error:
        raise ValidationError(
            {"cursor": ["Take the cursor from next or previous of this list."]}
        ) from error
    return bool(backward), values


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    pointer = serializers.CharField(help_text="Where, as a JSON pointer: #/statement")
    detail = serializers.CharField(help_text="What is wrong, and how to fix it.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what was not done, and why."""

    type = serializers.URLField(help_text="The page that explains the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="For programs; it never changes.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    request_id = serializers.UUIDField(help_text="The same as X-Request-ID.")


REQUEST_ID = "3f0e2a52-7a5f-4b7b-9f3e-0d6c1f2d3e4a"
type Reasons = Mapping[int, tuple[str, str, dict[str, Any]]]
_WHY = Path(__file__).with_name("why.json").read_text(encoding="utf-8")
# Why each status comes, and what its problem looks like; where calls of vendors differ
# from others, in the words of theirs.
WHY: Reasons = {
    **{int(status): reason for status, reason in json.loads(_WHY).items()},
    507: (
        "The server has no room left for files, so nothing was saved.",
        StorageFull.default_code,
        {"detail": str(StorageFull())},
    ),
}


def problems(
    *statuses: int, overrides: Reasons | None = None
) -> dict[tuple[int, str], Any]:
    """The problems that a call may answer with, for `extend_schema`; `overrides`
    stand before the usual reasons."""
    reasons = {**WHY, **(overrides or {})}
    return {
        (status, CONTENT_TYPE): _problem(status, *reasons[status])
        for status in statuses
    }


def _problem(status: int, why: str, code: str, more: dict[str, Any]) -> OpenApiResponse:
    example = OpenApiExample(
        str(status),
        value={**problem_body(status, code=code), "request_id": REQUEST_ID, **more},
        response_only=True,
        media_type=CONTENT_TYPE,
        status_codes=[str(status)],
    )
    return OpenApiResponse(ProblemSerializer, description=why, examples=[example])


def page(name: str, of: type[serializers.Serializer[Any]]) -> Any:
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


class CallSchema(AutoSchema):
    """Says of a call that it will end, and tells two on one thing or on none apart."""

    def get_operation_id(self) -> str:
        name: str = super().get_operation_id()
        if self.path.endswith("{target}/"):
            return f"{name}_on"
        return name

    def is_deprecated(self) -> bool:
        return getattr(self.view, "ends", None) is not None


def spell_out(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say that a call needs no token, instead of nothing."""
    for calls in result["paths"].values():
        for call in calls.values():
            call.setdefault("security", [])
    return result


# What boundaries and headers of parts may take beside the file itself.
AROUND = 64 * 1024
TOO_LARGE = f"The file is over the limit of {SIZE_LIMIT:,} bytes."


class UploadParser(MultiPartParser):
    """multipart/form-data in UTF-8 around a file of at most 10 MB."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        check_charset(media_type or "")
        request = (parser_context or {})["request"]
        # The server reads no more than this, so it cannot lie to us.
        if int(request.META.get("CONTENT_LENGTH") or 0) > SIZE_LIMIT + AROUND:
            raise TooLarge(TOO_LARGE)
        return super().parse(stream, media_type, dict(parser_context or {}))


def one_file(request: Request) -> UploadedFile[bytes]:
    """The one file of the body, in the field `file`; nothing else may be there."""
    errors = {name[:100]: [UNKNOWN_FIELD] for name in request.data if name != "file"}
    files = request.FILES.getlist("file")
    if not errors and len(files) != 1:
        errors = {"file": ["Send one file in this field."]}
    if errors:
        raise ValidationError(errors)
    file: UploadedFile[bytes] = files[0]
    if (file.size or 0) > SIZE_LIMIT:
        raise TooLarge(TOO_LARGE)
    return file
