"""JSON bodies, read strictly: nothing is guessed, dropped or taken twice."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from django.http.request import HttpHeaders
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from evaltracker.rest.problems import TooLarge

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
        """The value in the body."""
        self._check_charset(media_type or "")
        request = (parser_context or {}).get("request")
        headers = getattr(request, "headers", HttpHeaders({}))
        declared = headers.get("Content-Length", "0")
        if declared.isdecimal() and int(declared) > self.limit:
            raise self._too_large()
        raw = stream.read(self.limit + 1)
        if len(raw) > self.limit:
            raise self._too_large()
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        return read_json(text)

    def _check_charset(self, media_type: str) -> None:
        given = CHARSET.search(media_type)
        if given and given[1].lower() not in UTF8:
            raise UnsupportedMediaType(media_type, "The body must be UTF-8.")

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is over the limit of {self.limit:,} bytes.")


def read_json(text: str, *, exact: bool = False) -> Any:
    """The value, or a sentence about where the text is no JSON.

    `exact` keeps a number with a point as the decimal that was written.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_decimal if exact else None,
        )
    except json.JSONDecodeError as error:
        raise ParseError(
            f"The body is not JSON: {error.msg.rstrip('.')} at line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise ParseError("The body holds a number that is too long.") from error
    _refuse_depth(value)
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError("The body holds half a character.") from error
    return value


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise ParseError("The body holds a number that is too long.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("The body names a field twice in one object.")
    return found


def _refuse_depth(value: Any) -> None:
    """Refuse more than `DEPTH` levels, before anything recursive of ours sees them."""
    level = [value] if type(value) in _HOLDERS else []
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
