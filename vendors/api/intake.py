"""The quick way of a claim: from the bytes of a call to those of its answer.

Only for calls in which nothing is odd; all others, and all on SQLite, go the ordinary
way through the framework, which knows what to say to them (`vendors.services.intake`).
So nothing is refused here: whatever does not fit is None.
"""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from django.db import connection
from django.http import HttpRequest, HttpResponse
from msgspec import Meta
from rest_framework.exceptions import APIException

from evaltracker.errors import Problem
from evaltracker.kit.text import LINK_LIMIT, TEXT_LIMIT
from evaltracker.rest.parsers import LIMIT, read_json
from evaltracker.rest.views import read_id
from vendors.api.authentication import secret_of
from vendors.api.base import KEY, canonical
from vendors.api.door import remember_good
from vendors.api.throttling import COUNTED, TokenThrottle
from vendors.services.batches import MOST, Stated
from vendors.services.idempotency import Answer
from vendors.services.intake import Call, LetIn

PLAIN_JSON = ("application/json", "application/json; charset=utf-8")
ANY_ANSWER = re.compile(r"(\*/\*|application/json)?")


class ClaimBody(Stated, frozen=True, forbid_unknown_fields=True):
    """`ClaimInput` as a type; a test keeps the two in step."""

    requirement: Annotated[str, Meta(min_length=1, max_length=80)]
    availability: Literal["now", "beta", "planned", "on_request", "never"]
    statement: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]
    available_from: datetime.date | None = None
    environments: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=60)]], Meta(max_length=20)
    ] = []
    evidence_url: Annotated[str, Meta(max_length=LINK_LIMIT)] = ""


class BatchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`BatchInput` as a type."""

    claims: Annotated[list[ClaimBody], Meta(min_length=1, max_length=MOST)]


def quickly[Body](
    request: HttpRequest,
    invitation: str,
    kind: type[Body],
    take: Callable[[Call, Body, LetIn], Answer | None],
    limit: int = LIMIT,
) -> HttpResponse | None:
    """The answer of `take` to a call whose body is a `kind`, if it is in order."""
    try:
        call, body = _read(request, invitation, kind, limit)
    except (APIException, Problem, ValueError, msgspec.ValidationError):
        return None

    def let_in(token: uuid.UUID) -> bool:
        allowed = TokenThrottle().allow(token)
        # The ordinary way, if it has to answer, must not count the call again.
        setattr(request, COUNTED, allowed)
        return allowed

    answer = take(call, body, let_in)
    if answer is None:
        return None
    remember_good(request.headers.get("Authorization", ""))
    return HttpResponse(
        answer.body,
        status=answer.status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _read[Body](
    request: HttpRequest, invitation: str, kind: type[Body], limit: int
) -> tuple[Call, Body]:
    """The call and its body.

    Raises:
        ValueError, Problem, APIException: something about it is not plain.

    """
    headers = request.headers
    secret = secret_of(headers.get("Authorization", ""))
    key = headers.get("Idempotency-Key")
    plain = (
        connection.vendor == "postgresql"
        and request.method == "POST"
        and not request.META.get("QUERY_STRING")
        and headers.get("Content-Type", "").lower() in PLAIN_JSON
        and ANY_ANSWER.fullmatch(headers.get("Accept", ""))
        and (key is None or KEY.fullmatch(key))
        and int(headers.get("Content-Length") or 0) <= limit
    )
    if not plain or secret is None:
        raise ValueError
    data: Any = read_json(request.body.decode())
    body = msgspec.convert(data, kind)
    call = Call(
        secret=secret,
        invitation=read_id(invitation),
        route=f"{request.method} {request.path}",
        key=key,
        body=canonical(data) if key is not None else b"",
    )
    return call, body
