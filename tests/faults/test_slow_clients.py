"""The proxy collects requests before the product is given them (T37, small)."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests
import urllib3

from tests.faults.slow import HOST, connect, slow_clients
from tests.served import Site, served
from tests.setup.proxied import Proxy, needs_nginx, proxied

pytestmark = needs_nginx
SLOW, HONEST = 300, 50
# How long the proxy waits for a head.
HEAD_SECONDS = 10


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One process of eight threads."""
    folder = tmp_path_factory.mktemp("echo")
    with served(folder, workers=1, app="tests.faults.echo:application") as running:
        yield running


@pytest.fixture(scope="module")
def proxy(site: Site) -> Iterator[Proxy]:
    upstream = str(urlsplit(site.url).netloc)
    with proxied(web=upstream, vendor_api=upstream) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    with requests.Session() as client:
        # The proxy's certificate is its own, whatever this machine trusts.
        client.trust_env = client.verify = False
        yield client


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def reply(proxy: Proxy, *parts: bytes) -> bytes:
    """All that the proxy says to these bytes until it hangs up."""
    heard = b""
    with connect(proxy.https) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.05)
        while chunk := client.recv(65_536):
            heard += chunk
    return heard


def seconds_of_answers(proxy: Proxy) -> list[float]:
    """How long each honest request waits for its answer, the shortest first."""
    times = []
    for number in range(HONEST):
        began = time.monotonic()
        answer = requests.get(f"{proxy.https}/{number}", timeout=60, verify=False)
        assert answer.ok
        times.append(time.monotonic() - began)
    return sorted(times)


def test_others_are_answered_while_300_clients_keep_it_waiting(
    site: Site, proxy: Proxy, figure: Callable[[str], None]
) -> None:
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    quiet = seconds_of_answers(proxy)
    with slow_clients(proxy.https, SLOW) as clients:
        times = seconds_of_answers(proxy)
        silent = clients[0]
        silent.settimeout(HEAD_SECONDS + 30)
        assert silent.recv(1) == b"", "who says nothing is hung up on"
    figure(
        f"T37, small: {SLOW} slow clients at the proxy, others wait "
        f"{times[HONEST // 2] * 1e3:.0f} ms, at most {times[-1] * 1e3:.0f} ms, "
        f"and {quiet[HONEST // 2] * 1e3:.0f} ms without them"
    )
    # On a machine that is busy with other things it takes longer, also without them.
    nine_tenths = HONEST * 9 // 10
    assert times[nine_tenths] <= max(0.2, 5 * quiet[nine_tenths])
    assert times[-1] < max(1, 5 * quiet[-1])
    assert len(site.processes()) == 2


@pytest.mark.parametrize("size", [0, 1, 300_000, 10 * 1024 * 1024])
def test_a_body_arrives_whole_on_a_kept_connection(
    proxy: Proxy, session: requests.Session, size: int
) -> None:
    for _ in range(2):
        body = b"x" * size
        answer = session.post(f"{proxy.https}/body", data=body, timeout=60)
        assert answer.text == f"/body {sha(body)}"


def test_a_long_address_is_for_the_product_to_refuse(
    proxy: Proxy, session: requests.Session
) -> None:
    answer = session.get(f"{proxy.https}/long?x={'x' * 14_000}", timeout=60)
    assert answer.text == f"/long {sha(b'')}"
    assert (
        session.get(f"{proxy.https}/?x={'x' * 40_000}", timeout=60).status_code == 414
    )


def test_requests_sent_ahead_are_answered_in_turn(proxy: Proxy) -> None:
    ahead = b"GET /1 HTTP/1.1\r\n" + HOST + b"\r\n"
    ahead += b"POST /2 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    last = b"GET /3 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    for parts in (
        [ahead + last],
        [(ahead + last)[at : at + 7] for at in range(0, 220, 7)],
    ):
        assert re.findall(rb"/\d [0-9a-f]{64}", reply(proxy, *parts)) == [
            f"/1 {sha(b'')}".encode(),
            f"/2 {sha(b'abc')}".encode(),
            f"/3 {sha(b'')}".encode(),
        ]


def test_a_length_of_16_digits_is_passed_on_as_a_plain_number(proxy: Proxy) -> None:
    head = b"POST /16 HTTP/1.1\r\n" + HOST + b"Content-Length: 0000000000000003\r\n\r\n"
    last = b"GET /17 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert re.findall(rb"/\d\d [0-9a-f]{64}", reply(proxy, head + b"abc" + last)) == [
        f"/16 {sha(b'abc')}".encode(),
        f"/17 {sha(b'')}".encode(),
    ]


def test_who_waits_to_be_told_to_go_on_is_told(proxy: Proxy) -> None:
    head = b"POST /go HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
    head += b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    with connect(proxy.https) as client:
        client.sendall(head)
        assert client.recv(99).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        heard = b""
        while chunk := client.recv(999):
            heard += chunk
    assert sha(b"abc").encode() in heard


REFUSED = {
    "too large a head": (b"X-Large: " + b"x" * 65_536, 400),
    "a length and chunks": (
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
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
    "too long a line": (b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n", 400),
}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Long": "evt_secret" + "x" * 10_000},
        {f"X-Many-{number}": "evt_secret" for number in range(200)},
    ],
)
def test_a_head_that_only_the_product_refuses_is_not_logged(
    site: Site, proxy: Proxy, session: requests.Session, headers: dict[str, str]
) -> None:
    answer = session.get(f"{proxy.https}/x", headers=headers, timeout=60)
    assert answer.status_code == 431
    assert "evt_secret" not in answer.text + site.log()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_and_the_connection_ends(
    site: Site, proxy: Proxy, name: str
) -> None:
    more, status = REFUSED[name]
    after = b"GET /after HTTP/1.1\r\n" + HOST + b"\r\n"
    heard = reply(proxy, b"POST /x HTTP/1.1\r\n" + HOST + more, after)
    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"/after" not in heard, "what follows is no request of its own"
    assert b"evt_secret" not in heard
    assert "evt_secret" not in site.log()
