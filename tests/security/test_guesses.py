"""T23, keys: guesses from many sides at once against four vendor processes."""

import http.client
import random
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.clients import REQUEST_ID
from tests.factories import common, vendors
from tests.served import Site, served
from tests.waiting import until
from vendors.services.access import revoke_token

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]
GUESSES, LIMIT, OF_A_TOKEN = 200, 60, 50
PATH = "/api/v1/invitations/"
# What a guesser could say of where it comes from, or of what it asks.
GAMES = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Forwarded-Host",
    "X-Original-URL",
    "X-Remote-Addr",
    "Remote-Addr",
    "Via",
    "X-Cluster-Client-IP",
)
type Answer = tuple[int, bytes, str]


def some_address() -> str:
    """An address of this machine that nobody called from yet."""
    return "127." + ".".join(str(random.randint(2, 250)) for _ in range(3))


def call(site: Site, token: str, source: str, **headers: str) -> Answer:
    """The status, the body and what it says of waiting."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", site.port, timeout=30, source_address=(source, 0)
    )
    try:
        said = {"Authorization": f"Bearer {token}", **headers}
        connection.request("GET", PATH, headers=said)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Retry-After", "")
    finally:
        connection.close()


def all_at_once(ask: Callable[[int], Answer]) -> list[Answer]:
    """The answers to all of them."""
    # Calls of the next minute would be counted apart.
    until(lambda: time.time() % 60 <= 45, what="a minute begins")
    with ThreadPoolExecutor(40) as pool:
        return list(pool.map(ask, range(GUESSES)))


def wrong(number: int) -> str:
    """A token that is none: unknown, of another shape, or empty."""
    unknown = f"evt_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
    return (unknown, "x" * (number + 1), unknown[:-1], f"{unknown}A")[number % 4]


@pytest.mark.parametrize("proxies", ["0", "1"])
@pytest.mark.nightly(
    reason="guesses behind a proxy; each push has guesses at once",
    short="tests/accounts/test_guessing.py::test_guesses_at_once[12-2]",
)
def test_so_many_guesses_are_answered_and_not_one_more(
    login: str, tmp_path: Path, figure: Callable[[str], None], proxies: str
) -> None:
    where = vendors.in_research(common.evaluation())
    company = vendors.invited(where).vendor
    assert company is not None
    good, ended = vendors.token(company), vendors.token(company, "old")
    revoke_token(token=company.tokens.get(label="old"), by=where.owner)
    with served(
        tmp_path,
        workers=4,
        NUM_PROXIES=proxies,
        VENDOR_CALLS_PER_MINUTE=str(OF_A_TOKEN),
    ) as site:
        source = some_address()

        def guess(number: int) -> Answer:
            """Another token, and another story of where it comes from."""
            name = GAMES[number % len(GAMES)]
            story = {name: f"10.0.{number % 200}.{number % 250}, 10.1.1.{number % 99}"}
            if proxies == "1":
                # A proxy puts the true address last.
                said = story.pop("X-Forwarded-For", "10.9.9.9")
                story["X-Forwarded-For"] = f"{said}, {source}"
            token = ended if number % 5 == 4 else wrong(number)
            return call(site, token, source, **story)

        answers = all_at_once(guess)
        statuses = [status for status, _, _ in answers]
        assert statuses.count(401) == LIMIT
        assert statuses.count(429) == GUESSES - LIMIT
        told = {
            REQUEST_ID.sub(b"", body) for status, body, _ in answers if status == 401
        }
        assert len(told) == 1
        assert all(1 <= int(wait) <= 60 for status, _, wait in answers if status == 429)
        # A good token is not hindered by the guesses of its neighbours …
        mine = all_at_once(lambda _: call(site, good, source))
        let_in = [status for status, _, _ in mine].count(200)
        # … and is counted itself, wherever it calls from.
        assert let_in == OF_A_TOKEN
        assert call(site, good, some_address())[0] == 429
    figure(
        f"T23, NUM_PROXIES={proxies}: of {GUESSES} guesses at once {LIMIT} were let "
        f"in, of {GUESSES} calls of a token {let_in}: the limits + 0"
    )
