"""Clients that keep the shipped proxy waiting, each in its way."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

HOST = b"Host: localhost\r\n"
WAYS = (
    b"",  # never says a word
    b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: ",  # never ends its head
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9000\r\n\r\nabc",
    # Is told that the connection ends, and does not hang up.
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    # Never takes its answer.
    b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n",
)
# The proxy lets one address have 40 connections.
OF_ONE_ADDRESS = 30


def connect(url: str, *, whose: int = 0) -> ssl.SSLSocket:
    """A connection to an https site of this machine, from one of its addresses."""
    client = socket.create_connection(
        ("127.0.0.1", urlsplit(url).port or 443), 20, (f"127.0.{whose}.1", 0)
    )
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    context = ssl._create_unverified_context()
    return context.wrap_socket(client, server_hostname="localhost")


@contextmanager
def slow_clients(url: str, count: int) -> Iterator[list[ssl.SSLSocket]]:
    """So many connections, of every way in turn, kept open."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(connect(url, whose=1 + number // OF_ONE_ADDRESS))
            for number in range(count)
        ]
        for number, client in enumerate(clients):
            client.sendall(WAYS[number % len(WAYS)])
        yield clients
