"""A web process collects requests before a thread is given to them (T37, small)."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from evaltracker.serving.incoming import HEAD_SECONDS, MOST_BODY, MOST_HEAD
from tests.faults.slow import HOST, connect, slow_clients
from tests.served import Site, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One process of eight threads."""
    folder = tmp_path_factory.mktemp("echo")
    with served(folder, workers=1, app="tests.faults.echo:application") as running:
        yield running


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def said(site: Site, *parts: bytes) -> bytes:
    """All that a server says to these bytes until it hangs up."""
    heard = b""
    with connect(site.url) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.05)
        while chunk := client.recv(65_536):
            heard += chunk
    return heard


def test_others_are_answered_while_200_clients_keep_it_waiting(
    site: Site, figure: Callable[[str], None]
) -> None:
    with slow_clients(site.url, 200) as clients:
        times = []
        for number in range(50):
            began = time.monotonic()
            assert requests.get(f"{site.url}/{number}", timeout=20).ok
            times.append(time.monotonic() - began)
        silent = clients[0]
        silent.settimeout(HEAD_SECONDS + 5)
        assert silent.recv(1) == b"", "who says nothing is hung up on"
    figure(f"T37, small: 200 slow clients, others wait {max(times) * 1e3:.0f} ms")
    assert max(times) < 1
    assert len(site.processes()) == 2


@pytest.mark.parametrize("size", [0, 1, 300_000, 10 * 1024 * 1024])
def test_a_body_arrives_whole_on_a_kept_connection(site: Site, size: int) -> None:
    session = requests.Session()
    for _ in range(2):
        body = b"x" * size
        answer = session.post(f"{site.url}/body", data=body, timeout=20)
        assert answer.text == f"/body {sha(body)}"


def test_large_requests_leave_threads_to_the_others(site: Site) -> None:
    body = b"x" * 300_000

    def hold(_: int) -> requests.Response:
        return requests.post(f"{site.url}/held", data=body, timeout=60)

    with ThreadPoolExecutor(16) as pool:
        held = pool.map(hold, range(16))
        # Twice as many as there are threads wait; this one ends their waiting.
        free = requests.get(f"{site.url}/free", timeout=20)
        assert free.text.startswith("/free")
        assert [response.text for response in held] == [f"/held {sha(body)}"] * 16


def test_a_long_address_is_for_the_product_to_refuse(site: Site) -> None:
    answer = requests.get(f"{site.url}/long?x={'x' * 40_000}", timeout=20)
    assert answer.text == f"/long {sha(b'')}"


def test_requests_sent_ahead_are_answered_in_turn(site: Site) -> None:
    ahead = b"GET /1 HTTP/1.1\r\n" + HOST + b"\r\n"
    ahead += b"POST /2 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    last = b"GET /3 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    for parts in (
        [ahead + last],
        [(ahead + last)[at : at + 7] for at in range(0, 220, 7)],
    ):
        heard = said(site, *parts)
        assert re.findall(rb"/\d [0-9a-f]{64}", heard) == [
            f"/1 {sha(b'')}".encode(),
            f"/2 {sha(b'abc')}".encode(),
            f"/3 {sha(b'')}".encode(),
        ]


def test_who_waits_to_be_told_to_go_on_is_told(site: Site) -> None:
    head = b"POST /go HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
    head += b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    with connect(site.url) as client:
        client.sendall(head)
        assert client.recv(99).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        heard = b""
        while chunk := client.recv(999):
            heard += chunk
    assert sha(b"abc").encode() in heard


REFUSED: dict[str, tuple[bytes, Any]] = {
    "too long a body": (b"Content-Length: %d\r\n\r\nx" % (MOST_BODY + 1), 413),
    "a body in chunks": (b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", 411),
    "too large a head": (b"X-Large: " + b"x" * MOST_HEAD, 431),
    "a length and chunks": (
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a length of 16 digits": (b"Content-Length: 0000000000000003\r\n\r\nabc", 400),
    "a length of 5,000 digits": (b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", 400),
    "a length with a sign": (b"Content-Length: +3\r\n\r\nabc", 400),
    "a length twice in a line": (b"Content-Length: 3, 3\r\n\r\nabc", 400),
    "a length below nothing": (b"Content-Length: -3\r\n\r\nabc", 400),
    "a length in hexadecimal": (b"Content-Length: 0x3\r\n\r\nabc", 400),
    "a length of other digits": (b"Content-Length: \xb3\r\n\r\nabc", 400),
    "a length after a space": (b"Content-Length : 3\r\n\r\nabc", 400),
    "no digits": (b"Content-Length:\r\n\r\nabc", 400),
    "the same length twice": (b"Content-Length: 3\r\n" * 2 + b"\r\nabc", 400),
    "a folded length": (b"Content-Length:\r\n 3\r\n\r\nabc", 400),
    "a length in another case twice": (
        b"content-length: 3\r\nCONTENT-LENGTH: 9\r\n\r\nabc",
        400,
    ),
    "two lengths": (b"Content-Length: 3\r\nContent-Length: 2\r\n\r\nabc", 400),
    "no length": (b"Content-Length: x\r\n\r\n", 400),
    "a broken line": (b"No colon evt_secret\r\n\r\n", 400),
    "too long a line": (b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    "too many lines": (b"X-Many: x\r\n" * 200 + b"\r\n", 431),
    "another wish": (b"Expect: a miracle\r\nContent-Length: 0\r\n\r\n", 417),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_and_the_connection_ends(
    site: Site, name: str
) -> None:
    more, status = REFUSED[name]
    after = b"GET /after HTTP/1.1\r\n" + HOST + b"\r\n"
    heard = said(site, b"POST /x HTTP/1.1\r\n" + HOST + more, after)
    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in heard
    assert b"/after" not in heard, "what follows is no request of its own"
    assert b"Content-Type: application/problem+json" in heard
    assert json.loads(heard.rpartition(b"\r\n\r\n")[2])["status"] == status
    assert b"evt_secret" not in heard
