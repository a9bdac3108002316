"""Posting to an address that somebody typed, without letting it lead us inside (R48).

The name is resolved once, every address behind it has to be public, and the connection
goes to that very address; redirects are not followed. Only TLS. What the operator has
named in WEBHOOK_INTERNAL_HOSTS may be inside, and without TLS.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONNECT_SECONDS = 5.0
# Of the whole exchange; a server that drips letters is cut off.
TOTAL_SECONDS = 12.0
READ_LIMIT = 2_000
URL_LIMIT = 2_000
# IPv6 networks of which the last four bytes are an IPv4 address (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(ValueError):
    """The address leads where we do not post to; its words are for people."""


class NotSent(Exception):
    """Nothing has left: no such name, nobody answers, or no trusted certificate."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the first words of the body."""

    status: int
    words: str
    # As it was sent; blank: not at all.
    retry_after: str


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be posted to, as far as it can be told unasked.

    Raises:
        NotAllowed: not https, with a user part, or an address inside.
    """
    if len(url) > URL_LIMIT or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed("This is not an address of a webhook; copy it whole.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("This is not an address.") from None
    is_named = _is_named(parts.hostname)
    schemes = ("https", "http") if is_named else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise NotAllowed("The address must begin with https://.")
    if "@" in parts.netloc or port == 0:
        raise NotAllowed("The address must not hold a user name or password.")
    here = parts.hostname.rstrip(".").rpartition(".")[2] == "localhost"
    if here and not is_named:
        raise NotAllowed("The address leads to this machine.")
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return parts  # a name; what it leads to is asked when it is posted to
    if not is_named:
        _require_public(address)
    return parts


def _is_named(host: str | None) -> bool:
    """Whether the operator lets us post there although it is inside."""
    return host in settings.WEBHOOK_INTERNAL_HOSTS


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, also one inside another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Post JSON and read the beginning of the reply.

    Raises:
        NotAllowed: it leads inside, or is no https. NotSent: nothing has left. OSError,
        HTTPException: it may or may not have arrived.
    """
    parts = check_url(url)
    with _connected(parts) as sock:
        connection = http.client.HTTPConnection(parts.hostname or "", timeout=1)
        connection.sock = sock
        path = parts.path or "/"
        connection.request(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body,
            headers={
                "Host": parts.netloc,
                "Content-Type": "application/json",
                "User-Agent": "evaltracker",
                "Connection": "close",
                **headers,
            },
        )
        reply = connection.getresponse()
        content = reply.read(READ_LIMIT).decode("utf-8", "replace")
        return Reply(reply.status, content, reply.getheader("Retry-After", ""))


@contextlib.contextmanager
def _connected(parts: SplitResult) -> Iterator[socket.socket]:
    try:
        sock = _connect(parts)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotSent(f"{parts.hostname} does not answer: {reason}") from error
    alarm = threading.Timer(TOTAL_SECONDS, _cut, [sock])
    alarm.daemon = True
    alarm.start()
    try:
        yield sock
    finally:
        alarm.cancel()
        sock.close()


def _connect(parts: SplitResult) -> socket.socket:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [sockaddr for *_, sockaddr in addresses]
    # All of them: a name that also leads inside is not one to be trusted.
    for place in () if _is_named(host) else places:
        _require_public(ipaddress.ip_address(str(place[0]).partition("%")[0]))
    sock = socket.create_connection((str(places[0][0]), port), timeout=CONNECT_SECONDS)
    if parts.scheme == "https":
        try:
            context = ssl.create_default_context()
            return context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
    return sock


def _require_public(address: Address) -> None:
    if not is_public(address):
        raise NotAllowed("The address is in a private network. Enter a public one.")


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
