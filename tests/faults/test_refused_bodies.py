"""T51: refused bodies of 120 kB beside an honest vendor, on the same connections.

With every push 100 on one connection to the product itself, where each answer has to
belong to its call, and 100 behind the shipped proxy, which keeps a few connections to
the product for everybody; 500 of each at night.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import urllib3

from tests.factories import common, vendors
from tests.served import Site, served
from tests.setup.proxied import needs_nginx, proxied
from tests.tiers import by_tier

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EACH = 10
BODY = b'{"x": "' + b"x" * 120_000 + b'"}'
NOT_TAKEN = {401, 413, 429}


bodies_at_once = pytest.mark.parametrize(
    "bodies",
    by_tier(100, 500, reason="five times as many bodies"),
)


@pytest.fixture
def token() -> str:
    """That of a vendor with one invitation."""
    where = common.evaluation()
    common.requirement(where, "R1")
    vendor = vendors.invited(vendors.in_research(where)).vendor
    assert vendor is not None
    return vendors.token(vendor)


@pytest.fixture
def site(login: str, tmp_path: Path) -> Iterator[Site]:
    """The process that vendors call; one, so that everybody meets in it."""
    with served(
        tmp_path,
        workers=1,
        ALLOWED_HOSTS="127.0.0.1,localhost",
        VENDOR_CALLS_PER_MINUTE="10000",
    ) as running:
        yield running


@bodies_at_once
def test_on_one_connection_each_call_has_its_own_answer(
    site: Site, token: str, figure: Callable[[str], None], bodies: int
) -> None:
    statuses: Counter[int] = Counter()
    connections = 0
    client: HTTPConnection | None = None

    def call(method: str, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        nonlocal client, connections
        if client is None:
            client = HTTPConnection(str(urlsplit(site.url).netloc), timeout=60)
            connections += 1
        client.request(method, path, body, headers)
        answer = client.getresponse()
        content = answer.read()
        if answer.will_close:
            client.close()
            client = None
        return answer.status, content

    honest = {"Authorization": f"Bearer {token}"}
    for number in range(bodies):
        if number % EACH == 0:
            status, content = call("GET", "/api/v1/invitations/", b"", **honest)
            assert status == 200
            assert len(json.loads(content)["results"]) == 1
        path = f"/api/v1/invitations/{number}/claims/"
        status, content = call(
            "POST", path, BODY, **{"Content-Type": "application/json"}
        )
        statuses[status] += 1
        assert json.loads(content)["status"] == status
    if client:
        client.close()
    assert statuses.keys() <= NOT_TAKEN
    assert connections == 1, "refusals keep the connection"
    figure(
        f"T51: {bodies} refused bodies of 120 kB on one connection, "
        f"{bodies // EACH} honest calls between them: one answer each, "
        f"{dict(sorted(statuses.items()))}"
    )


@needs_nginx
@bodies_at_once
def test_behind_the_shipped_proxy_nobody_meets_a_connection_that_ended(
    site: Site, token: str, figure: Callable[[str], None], bodies: int
) -> None:
    upstream = str(urlsplit(site.url).netloc)
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    refused: Counter[int] = Counter()
    with (
        proxied(web=upstream, vendor_api=upstream) as proxy,
        requests.Session() as stranger,
        requests.Session() as vendor,
    ):
        home = f"{proxy.https}/api/v1"
        for session in (stranger, vendor):
            # Its certificate is its own, whatever this machine trusts.
            session.trust_env = session.verify = False
        stranger.headers["Content-Type"] = "application/json"
        vendor.headers["Authorization"] = f"Bearer {token}"
        for number in range(bodies):
            if number % EACH == 0:
                answer = vendor.get(f"{home}/invitations/", timeout=60)
                assert answer.status_code == 200, answer.text
            path = f"{home}/invitations/{number}/claims/"
            refused[stranger.post(path, data=BODY, timeout=60).status_code] += 1
    assert refused.keys() <= NOT_TAKEN
    figure(
        f"T51, behind the proxy: {bodies} refused bodies, {bodies // EACH} honest "
        f"calls: 0 × 502, {dict(sorted(refused.items()))}"
    )
