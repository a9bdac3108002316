"""The lightest HTTP client: one kept connection, one prepared request, one answer.

What a client costs is added to all contenders alike and would flatter the slow ones.
"""

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
TAG = b"\r\nETag:"


def post(path: str, body: Any, **headers: str) -> bytes:
    """A whole POST request with a JSON body."""
    content = json.dumps(body).encode()
    kind = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    return _head("POST", path, {**kind, **headers}) + content


def get(path: str, **headers: str) -> bytes:
    """A whole GET request."""
    return _head("GET", path, headers)


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    given = {"Host": "localhost", "Accept": "application/json", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()


class Wire:
    """A connection to one server, made by the first call and kept for all.

    A server's thread waits for the first bytes of a new connection: many that say
    nothing yet would keep all of its threads.
    """

    def __init__(self, site: str) -> None:
        place = urlsplit(site)
        self._place = (place.hostname or "", place.port or 80)
        self._socket: socket.socket | None = None
        self._head = b""

    def caller(self, request: Callable[[], bytes], *, expect: int) -> Callable[[], Any]:
        """A contender: send what `request` makes, insist on the status."""

        def call() -> bytes:
            status, body = self.send(request())
            if status != expect:
                raise SystemExit(f"HTTP {status} instead of {expect}: {body[:500]!r}")
            return body

        return call

    def tag(self, request: bytes) -> str:
        """The ETag of the answer to `request`."""
        self.send(request)
        _, _, rest = self._head.partition(TAG)
        if not rest:
            raise SystemExit(f"An answer without ETag: {self._head!r}")
        return rest.partition(b"\r\n")[0].strip().decode()

    def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer to `request`."""
        kept = self._socket = self._socket or self._connect()
        kept.sendall(request)
        head, _, body = _read_until(kept, END).partition(END)
        self._head, low = head, head.lower()
        if LENGTH not in low:
            raise SystemExit(f"An answer without Content-Length: {head!r}")
        length = int(low.partition(LENGTH)[2].partition(b"\r\n")[0])
        content = bytearray(body)
        while len(content) < length:
            content += _read(kept)
        if b"\r\nconnection: close" in low:
            kept.close()
            self._socket = None
        return int(head[9:12]), bytes(content)

    def _connect(self) -> socket.socket:
        made = socket.create_connection(self._place, timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def _read_until(kept: socket.socket, mark: bytes) -> bytes:
    found = b""
    while mark not in found:
        found += _read(kept)
    return found


def _read(kept: socket.socket) -> bytes:
    chunk = kept.recv(262_144)
    if not chunk:
        raise SystemExit("The server hung up in the middle of an answer.")
    return chunk
