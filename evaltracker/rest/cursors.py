"""Lists by cursor: each page starts behind the last row of the one before.

A cursor is the signed sort key of a row, so rows that arrive meanwhile neither
repeat nor hide others, and nobody can make one up.
"""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import attrgetter, or_
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

DEFAULT, MOST = 100, 1000
PARAMS = frozenset({"limit", "cursor"})
_LIMIT = re.compile(r"[1-9][0-9]{0,3}")


def page_of[M: Model](
    request: Request,
    rows: QuerySet[M],
    *,
    key: Sequence[str],
    show: Callable[[M], dict[str, Any]],
) -> dict[str, Any]:
    """One page of `rows` as {results, next, previous}.

    `key` are the fields to sort by, ascending, together unique; `a__b` works too.
    """
    limit = _limit(request)
    backward, after = _cursor(request)
    signs = "-" if backward else ""
    ordered = rows.order_by(*(f"{signs}{field}" for field in key))
    if after is not None:
        ordered = ordered.filter(_beyond(key, after, "lt" if backward else "gt"))
    found = list(ordered[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    if backward:
        found.reverse()
    has_next = bool(found) if backward else more
    has_previous = more if backward else (after is not None and bool(found))
    return {
        "results": [show(row) for row in found],
        "next": _link(request, key, found[-1], False) if has_next else None,
        "previous": _link(request, key, found[0], True) if has_previous else None,
    }


def _beyond(key: Sequence[str], values: Sequence[str], side: str) -> Q:
    """Rows behind the one with these values, in the order of `key`."""
    conditions = []
    for place, field in enumerate(key):
        same = {key[before]: values[before] for before in range(place)}
        conditions.append(Q(**same, **{f"{field}__{side}": values[place]}))
    return reduce(or_, conditions)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT))
    if not _LIMIT.fullmatch(text) or int(text) > MOST:
        raise ValidationError({"limit": [f"It must be a number from 1 to {MOST}."]})
    return int(text)


def _cursor(request: Request) -> tuple[bool, list[str] | None]:
    text = request.query_params.get("cursor")
    if text is None:
        return False, None
    try:
        backward, *values = _signer(request).unsign_object(text)
    except (BadSignature, ValueError) as error:
        raise ValidationError(
            {"cursor": ["Take the cursor from next or previous of this list."]}
        ) from error
    return bool(backward), values


def _signer(request: Request) -> Signer:
    """Signs for one list: its address is in the signature."""
    return Signer(salt=f"evaltracker.cursor {request.path}")


def _link(request: Request, key: Sequence[str], row: Model, backward: bool) -> str:
    values = [str(attrgetter(field.replace("__", "."))(row)) for field in key]
    params = {name: request.query_params[name] for name in request.query_params}
    params["cursor"] = _signer(request).sign_object([int(backward), *values])
    return request.build_absolute_uri(f"{request.path}?{urlencode(params)}")
