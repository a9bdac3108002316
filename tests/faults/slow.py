"""Clients that keep a server waiting, each in its way."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

HOST = b"Host: 127.0.0.1\r\n"
WAYS = (
    b"",  # never says a word
    b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: ",  # never ends its head
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9000\r\n\r\nabc",
    # Is told that the connection ends, and does not hang up.
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
)


def connect(url: str) -> socket.socket:
    """A connection to a site."""
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 80), 20)


@contextmanager
def slow_clients(url: str, count: int) -> Iterator[list[socket.socket]]:
    """So many connections, of every way in turn, kept open."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(url)) for _ in range(count)]
        for number, client in enumerate(clients):
            client.sendall(WAYS[number % len(WAYS)])
        yield clients
