"""Every error as `application/problem+json` (RFC 9457), from one handler."""

import json
import logging
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core import signals
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import DataError, Error, IntegrityError, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.http.request import HttpHeaders
from django.urls import Resolver404, resolve
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from structlog.contextvars import get_contextvars

from evaltracker.errors import (
    Invalid,
    NotFound,
    Problem,
    StorageFull,
    Unavailable,
    disk_is_full,
)
from evaltracker.toolbox.database import changes_met, database_is_away

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
# One text whatever is wrong with a token, so that a guess learns nothing.
NO_TOKEN = "Send a valid token in the header: Authorization: Bearer <token>."  # noqa: S105
SENTENCES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be understood.",
    HTTPStatus.UNAUTHORIZED: NO_TOKEN,
    HTTPStatus.FORBIDDEN: "You may not do this.",
    HTTPStatus.NOT_FOUND: str(NotFound()),
    HTTPStatus.CONFLICT: (
        "It conflicts with an existing row, perhaps added just now. Load it again."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong on our side and was logged. Try again later."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Our database does not answer at the moment, or has no room left. Try again "
        "in a minute; a call with an Idempotency-Key never runs twice."
    ),
    HTTPStatus.INSUFFICIENT_STORAGE: str(StorageFull()),
}
CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "not_authenticated",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "broken",
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable.default_code,
    HTTPStatus.INSUFFICIENT_STORAGE: StorageFull.default_code,
}
# What each code means, and what to do, for the page that `type` leads to.
MEANINGS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("codes.json").read_text(encoding="utf-8")
)
KNOWN: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (RequestDataTooBig, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Http404, HTTPStatus.NOT_FOUND),
    (PermissionDenied, HTTPStatus.FORBIDDEN),
    (SuspiciousOperation, HTTPStatus.BAD_REQUEST),
    (RecursionError, HTTPStatus.BAD_REQUEST),
    (DataError, HTTPStatus.BAD_REQUEST),
    # Never with the constraint's name: it may tell of other people's rows.
    (IntegrityError, HTTPStatus.CONFLICT),
)


class TooLarge(exceptions.APIException):
    """The body is over the limit (413)."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def problem_body(
    status: int,
    detail: str = "",
    code: str = "",
    errors: Iterable[dict[str, str]] | None = None,
) -> dict[str, Any]:
    known = HTTPStatus(status)
    code = code or CODES.get(known, known.phrase.lower().replace(" ", "_"))
    body: dict[str, Any] = {
        "type": f"{settings.SITE_URL}/api/v1/problems/#{code}",
        "title": known.phrase,
        "status": int(status),
        "detail": detail or SENTENCES.get(known, f"{known.phrase}."),
        "code": code,
    }
    if name := get_contextvars().get("request_id"):
        body["request_id"] = str(name)
    if errors is not None:
        body["errors"] = list(errors)
    return body


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to anything that a view raises.

    There is no transaction of the request to roll back: `StrictView` runs outside it.
    """
    headers: dict[str, str] = {}
    exc = _in_our_words(exc)
    match exc:
        case Invalid():
            errors = [
                {"pointer": pointer(field), "detail": sentence}
                for field, sentences in exc.errors.items()
                for sentence in sentences
            ]
            body = problem_body(exc.status, exc.sentence, exc.code, errors)
        case Problem():
            body = problem_body(exc.status, exc.sentence, exc.code)
        case exceptions.ValidationError():
            body = _invalid(exc)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            how = getattr(context.get("view"), "how_to_sign_in", "")
            body = problem_body(exc.status_code, how)
            if header := getattr(exc, "auth_header", ""):
                headers["WWW-Authenticate"] = header
        case exceptions.APIException():
            body = _from_framework(exc, context.get("view"))
        case _:
            body = _unforeseen(exc, context)
    wait = getattr(exc, "retry_after", None) or getattr(exc, "wait", None)
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    return Response(
        body, status=body["status"], headers=headers, content_type=CONTENT_TYPE
    )


def _in_our_words(exc: Exception) -> Exception:
    """What the machine below us cannot do now, as a problem; anything else as it is."""
    if database_is_away(exc):
        logger.warning("The database is away: %s", exc)
        return Unavailable(SENTENCES[HTTPStatus.SERVICE_UNAVAILABLE])
    if isinstance(exc, Error) and changes_met(exc):
        # The order of locks should not let it happen: a person has to look.
        logger.exception("Two changes waited for each other")
        return Unavailable(
            "Another change was made at the same moment, so yours was not. "
            "Send it again.",
            code="busy",
        )
    if disk_is_full(exc):
        logger.error("A disk is full: %s", exc)
        return StorageFull()
    return exc


def problem_of(exc: exceptions.APIException, view: Any) -> HttpResponse:
    """The answer to a call that is refused before the framework sees it."""
    answer = handle_exception(exc, {"view": view})
    refusal = problem_answer(answer.data)
    if "Retry-After" in answer:
        refusal["Retry-After"] = answer["Retry-After"]
    return refusal


def pointer(field: str) -> str:
    """Where a field stands in the body; a parameter, `?name`, is told by its name."""
    if field.startswith("?"):
        return field[1:]
    if field:
        return "#/" + field.replace(".", "/")
    return "#"


def _invalid(exc: exceptions.ValidationError) -> dict[str, Any]:
    errors = [
        {
            "pointer": pointer((error.attr or "").removesuffix("non_field_errors")),
            "detail": error.detail,
        }
        for error in flatten_errors(exc.detail)
    ]
    first = errors[0]
    field = first["pointer"].removeprefix("#/").removeprefix("#")
    if field:
        detail = f"{field}: {first['detail']}"
    else:
        detail = first["detail"]
    return problem_body(exc.status_code, detail, "invalid", errors)


def _from_framework(exc: exceptions.APIException, view: Any) -> dict[str, Any]:
    if exc.status_code == HTTPStatus.NOT_FOUND:
        return problem_body(exc.status_code)
    code = str(getattr(exc.detail, "code", "") or exc.default_code)
    if isinstance(exc, exceptions.ParseError):
        errors = [{"pointer": "#", "detail": str(exc.detail)}]
        return problem_body(exc.status_code, str(exc.detail), "malformed", errors)
    return problem_body(exc.status_code, _how_instead(exc, view), code)


def _how_instead(exc: exceptions.APIException, view: Any) -> str:
    match exc:
        case exceptions.MethodNotAllowed():
            return (
                "This method is not allowed here; the header Allow lists those that "
                "are."
            )
        case exceptions.NotAcceptable():
            types = " or ".join(
                get_renderer.media_type for get_renderer in view.get_renderers()
            )
            return f"Set the Accept header to {types}."
        case exceptions.UnsupportedMediaType():
            taken = " or ".join(
                get_parser.media_type for get_parser in view.get_parsers()
            )
            return f"Send the body as {taken}, in UTF-8."
        case exceptions.Throttled():
            wait = math.ceil(getattr(exc, "wait", None) or 0)
            return f"Too many calls in this minute; try again in {wait} seconds."
    return str(exc.detail)


def _unforeseen(exc: Exception, context: dict[str, Any]) -> dict[str, Any]:
    for kind, status in KNOWN:
        if isinstance(exc, kind):
            return problem_body(status)
    request = getattr(context.get("request"), "_request", None)
    signals.got_request_exception.send(sender=None, request=request)
    logger.error("An API call failed", exc_info=exc)
    return problem_body(HTTPStatus.INTERNAL_SERVER_ERROR)


def problem_page(status: int, *, below: str = "/") -> Callable[..., HttpResponseBase]:
    """An error page of a URL configuration: a problem below `below`, else HTML.

    That of a fault says so if the database is away (503) or a disk full (507).
    """
    pages: dict[int, Callable[..., HttpResponseBase]] = {
        400: defaults.bad_request,
        403: defaults.permission_denied,
        404: defaults.page_not_found,
    }

    def page(
        request: HttpRequest, exception: Exception | None = None
    ) -> HttpResponseBase:
        as_problem = request.path_info.startswith(below)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            error = sys.exception()
            if database_is_away(error):
                return _away(request, as_problem=as_problem)
            if disk_is_full(error):
                full = HTTPStatus.INSUFFICIENT_STORAGE
                return _no_fault(request, full, as_problem=as_problem)
        if as_problem:
            return problem_answer(problem_body(status))
        if status in pages:
            return pages[status](request, exception)
        return defaults.server_error(request)

    return page


def problem_answer(body: dict[str, Any]) -> JsonResponse:
    """The same where the framework does not answer; no cache keeps it."""
    return JsonResponse(
        body,
        status=body["status"],
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def _away(request: HttpRequest, *, as_problem: bool) -> HttpResponseBase:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer = _no_fault(request, status, as_problem=as_problem)
    answer.headers["Retry-After"] = str(Unavailable.retry_after)
    return answer


def _no_fault(
    request: HttpRequest, status: HTTPStatus, *, as_problem: bool
) -> HttpResponseBase:
    if as_problem:
        return problem_answer(problem_body(status))
    answer = defaults.server_error(request, template_name=f"{status}.html")
    answer.status_code = status
    return answer


@csrf_exempt
@transaction.non_atomic_requests
def not_there(request: HttpRequest) -> HttpResponseBase:
    """The end of every list of API addresses: whatever is left is not there, or has
    lost its last slash."""
    return to_last_slash(request) or problem_page(404)(request)


def to_last_slash(request: HttpRequest) -> HttpResponseBase | None:
    """From a view that ends a list of addresses: the way to the one with a slash.

    A redirect with the same method and body (308), if something is served there; it
    tells no more than the addresses themselves, which are public.
    """
    if request.path_info.endswith("/"):
        return None
    try:
        served = resolve(f"{request.path_info}/").func
    except Resolver404:
        return None
    if served == resolve(request.path_info).func:
        return None
    address = request.get_full_path(force_append_slash=True)
    return HttpResponsePermanentRedirect(address, preserve_request=True)


# JSON bodies, read strictly: nothing is guessed, dropped or taken twice.

LIMIT = 256 * 1024
DEPTH = 20
# What holds other values; JSON makes no other kinds of them.
_HOLDERS = (dict, list)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
UTF8 = ("utf-8", "utf8", "us-ascii")


class StrictJSONParser(BaseParser):
    """UTF-8 JSON of at most `limit` bytes and `DEPTH` levels.

    Duplicate keys, NaN and infinities, and half characters are refused.
    """

    media_type = "application/json"
    limit = LIMIT

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        check_charset(media_type or "")
        request = (parser_context or {}).get("request")
        headers = getattr(request, "headers", HttpHeaders({}))
        declared = headers.get("Content-Length", "0")
        if declared.isdecimal() and int(declared) > self.limit:
            raise self._too_large()
        raw = stream.read(self.limit + 1)
        if len(raw) > self.limit:
            raise self._too_large()
        return read_json(raw)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is over the limit of {self.limit:,} bytes.")


def check_charset(media_type: str) -> None:
    charset = CHARSET.search(media_type)
    if charset and charset[1].lower() not in UTF8:
        raise UnsupportedMediaType(media_type, "The body must be UTF-8.")


def read_json(body: bytes, *, exact: bool = False) -> Any:
    """The value, or a sentence about where the body is no JSON.

    `exact` keeps a number with a point as the decimal that was written.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=Decimal if exact else None,
        )
    except json.JSONDecodeError as error:
        raise ParseError(
            f"The body is not JSON: {error.msg.rstrip('.')} at line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except (ValueError, InvalidOperation) as error:
        raise ParseError("The body holds a number that is too long.") from error
    _refuse_depth(value)
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError("The body holds half a character.") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ParseError("The body names a field twice in one object.")
    return members


def _refuse_depth(value: Any) -> None:
    """Refuse more than `DEPTH` levels, before anything recursive of ours sees them."""
    if type(value) in _HOLDERS:
        level = [value]
    else:
        level = []
    for _ in range(DEPTH):
        level = [
            child
            for holder in level
            for child in (holder.values() if type(holder) is dict else holder)
            if type(child) in _HOLDERS
        ]
    if level:
        raise _too_deep()


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested too deeply: over {DEPTH} levels.")


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not a JSON number.")
