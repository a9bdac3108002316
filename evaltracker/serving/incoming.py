"""A request as it comes in, byte by byte, before any thread is given to it."""

import json
import re
import time
from contextlib import suppress
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.http import RequestParser
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    NoMoreData,
    ParseException,
)
from gunicorn.workers.gthread import TConn

from evaltracker.errors import disk_is_full

MOST_HEAD = 64 * 1024
MOST_BODY = 12 * 1024 * 1024  # a file of the largest size, and what is around it
IN_MEMORY = 256 * 1024
HEAD_SECONDS = 10.0
# A body has this long, and as long as so many bytes a second take.
BODY_SECONDS, SLOWEST = 30.0, 32 * 1024
SEND_SECONDS = 30.0

END = b"\r\n\r\n"
# What is wrong with the product's own answer is no fault of the client's.
OURS = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)
PLAIN_LENGTH = re.compile(r"[0-9]{1,15}")


class Refused(Exception):
    """The request is not collected."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status

    def answer(self) -> bytes:
        """A problem document (RFC 9457), like every refusal of the product."""
        body = json.dumps(
            {
                "type": "about:blank",
                "title": self.status.phrase,
                "status": self.status,
                "detail": str(self),
                "code": self.status.phrase.lower().replace(" ", "_"),
            }
        )
        wait = (
            "Retry-After: 1\r\n"
            if self.status == HTTPStatus.SERVICE_UNAVAILABLE
            else ""
        )
        return (
            f"HTTP/1.1 {self.status} {self.status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
            f"{wait}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def refusal_of(error: Exception) -> Refused:
    """What is said to a client whose whole request could not be read or answered.

    The parser's own words may quote a header, and so a token.
    """
    match error:
        case ParseException() if isinstance(error, OURS):
            pass
        case LimitRequestHeaders():
            return Refused(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "A line of the head is too long, or it has too many of them.",
            )
        case OSError() if disk_is_full(error):
            return Refused(
                HTTPStatus.INSUFFICIENT_STORAGE,
                "There is no room on our side to take this in; try again later.",
            )
        case ExpectationFailed():
            return Refused(
                HTTPStatus.EXPECTATION_FAILED, "Nothing but 100-continue is expected."
            )
        case ParseException() | NoMoreData():
            return Refused(
                HTTPStatus.BAD_REQUEST,
                "This is no request of HTTP/1.1: look at its first line and its head.",
            )
    return Refused(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side; it was noted.",
    )


class CollectedParser(RequestParser):  # type: ignore[misc]
    """Reads each head once: for the loop, which needs the length, and for a thread."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.ahead: Any = None

    def read_head(self) -> Any:
        """The request whose head has been collected; the next one that is given.

        Raises:
            Refused: the parser does not take it.

        """
        try:
            self.ahead = super().__next__()
        # Whatever is wrong with one request must not end the loop of all.
        except Exception as error:
            raise refusal_of(error) from error
        return self.ahead

    def __next__(self) -> Any:
        """The request that was read ahead."""
        request, self.ahead = self.ahead, None
        return request

    def finish_body(self, *_: Any, **__: Any) -> bool:
        """Drop what the application did not read: it is no longer on the wire."""
        self.unreader.take_buffered()
        self.mesg = None
        return True


class Connection(TConn):  # type: ignore[misc]
    """A client, and its request as far as it has come."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.parser = CollectedParser(self.cfg, self, self.client)
        self.data_ready = True  # nothing is handed to a thread before it is
        self.rest = b""
        self.begin()

    def begin(self) -> None:
        """Look forward to a request."""
        self.head = bytearray()
        self.body_length: int | None = None
        self.missing = 0
        self.bytes = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self.deadline = time.monotonic() + HEAD_SECONDS

    def add(self, data: bytes) -> bool:
        """Take what came; whether the request is whole.

        Raises:
            Refused: it will not be collected.

        """
        if self.body_length is None:
            seen = max(0, len(self.head) - len(END))
            self.head += data
            end = self.head.find(END, seen)
            if (len(self.head) if end < 0 else end) > MOST_HEAD:
                raise Refused(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "The head of the request is too large.",
                )
            if end < 0:
                return False
            data = bytes(self.head[end + len(END) :])
            del self.head[end + len(END) :]
            self.bytes.write(self.head)
            self.bytes.seek(0)
            self.missing = self.body_length = length_of(self.parser.read_head())
            self.deadline += BODY_SECONDS + self.body_length / SLOWEST
        self.rest = data[self.missing :]
        self.bytes.write(data[: self.missing])
        self.missing -= len(data) - len(self.rest)
        if self.missing:
            return False
        self.bytes.seek(len(self.head))
        return True

    def forget(self) -> int:
        """Keep nothing of the request any more; how long its body was."""
        # Closing writes what is buffered, for which a full disk has no room either.
        with suppress(OSError):
            self.bytes.close()
        length, self.body_length = self.body_length or 0, None
        return length

    def init(self) -> None:
        """Called in a thread, which waits so long for a client that reads slowly."""
        self.sock.settimeout(SEND_SECONDS)
        self.initialized = True

    def recv(self, size: int) -> bytes:
        """What the parser reads; nothing beyond the one request."""
        return self.bytes.read(size)


def length_of(request: Any) -> int:
    """How long a body the parser read that there is.

    Raises:
        Refused: it is too long, not said, or not said in plain digits.

    """
    reader = request.body.reader
    if isinstance(reader, ChunkedReader):
        raise Refused(
            HTTPStatus.LENGTH_REQUIRED,
            "Say the length of the body in Content-Length; chunks are not taken.",
        )
    if not isinstance(reader, LengthReader):
        return 0
    # The parser takes zeros before a number and digits of other kinds; what stands in
    # between might not.
    said = dict(request.headers).get("CONTENT-LENGTH", "0")
    if not PLAIN_LENGTH.fullmatch(said):
        raise Refused(
            HTTPStatus.BAD_REQUEST, "Write Content-Length as one number of 1-15 digits."
        )
    length: int = reader.length
    if length > MOST_BODY:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is over the limit of {MOST_BODY:,} bytes.",
        )
    return length
