"""The bodies that are taken, as the bytes that came."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from evaltracker.rest.parsers import CHARSET, UTF8
from evaltracker.rest.problems import TooLarge
from trials.choices import ReportFormat
from trials.run_formats import SIZE_LIMIT

FORMATS = {
    "application/json": ReportFormat.JSON,
    "application/xml": ReportFormat.JUNIT,
    "text/xml": ReportFormat.JUNIT,
    "application/vnd.in-toto+json": ReportFormat.IN_TOTO,
}


class WholeBody(BaseParser):
    """A body of at most 10 MB that is not compressed."""

    def parse(  # type: ignore[override]
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes, once; they are read by who knows their format."""
        request = (parser_context or {})["request"]
        given = CHARSET.search(media_type or "")
        packed = request.headers.get("Content-Encoding", "identity") != "identity"
        if packed or (given and given[1].lower() not in UTF8):
            raise exceptions.UnsupportedMediaType(media_type or "")
        content: bytes = stream.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise TooLarge(f"The body is over the limit of {SIZE_LIMIT:,} bytes.")
        return content


PARSERS = tuple(
    type(f"Body{number}", (WholeBody,), {"media_type": media_type})
    for number, media_type in enumerate(FORMATS)
)


def text_of(content: bytes) -> str:
    """A body as text.

    Raises:
        ParseError: it is not UTF-8.

    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise exceptions.ParseError("The body is not UTF-8.") from error
