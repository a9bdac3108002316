"""How often a vendor may call, and what a call costs the database."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from evaltracker.evaluations.models import Evaluation
from tests.factories import common, vendors
from tests.vendors.api.conftest import Party, statements
from vendors.api.access import TokenThrottle
from vendors.models import VendorToken


def wall() -> int:
    """Queries for the second wall: a transaction, and for whom it runs, told twice."""
    return 4 if connection.vendor == "postgresql" else 0


def queries(party: Party, below: str) -> int:
    """How many queries a read takes, but for the day of the token's last use."""
    party.call("GET", party.home)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert party.call("GET", below).status_code == 200
    return len(caught)


def say_something(party: Party, ref: str = "R1", text: str = "Quotas") -> None:
    """A question and a proposal."""
    for below, body in (
        ("questions/", {"text": text, "requirement": ref}),
        ("proposals/", {"category": "Training", "text": text}),
    ):
        assert party.call("POST", f"{party.home}{below}", body).status_code == 201


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_claim_takes_a_constant_number_of_queries",
)
def test_reads_take_the_same_number_of_queries_for_any_number_of_rows(
    acme: Party, where: Evaluation
) -> None:
    addresses = [
        "/api/v1/invitations/",
        acme.home,
        f"{acme.home}requirements/",
        f"{acme.home}claims/",
        f"{acme.home}claims/?history=1",
        f"{acme.home}questions/",
        f"{acme.home}proposals/",
        f"{acme.home}answer-sheet/",
    ]
    acme.claim()
    say_something(acme)
    few = [queries(acme, address) for address in addresses]
    for number in range(10, 20):
        asked = common.requirement(where, f"X{number}", priority="could")
        vendors.claim(acme.candidate, asked)
        vendors.claim(acme.candidate, asked, "beta")
        say_something(acme, "R2", str(number))
    second = vendors.in_research(common.evaluation(title="Another purchase"))
    vendors.invited(second)
    assert [queries(acme, address) for address in addresses] == few
    # One invitation tells its progress, too: what is asked, what is answered, which
    # prices are asked for, and one count of all else.
    assert few.pop(addresses.index(acme.home)) <= 6 + wall()
    assert max(few) <= 4 + wall()


def test_a_claim_takes_a_constant_number_of_queries(
    acme: Party, where: Evaluation
) -> None:
    acme.claim()
    counts = []
    for text in ("One", "Two"):
        with statements() as sent:
            acme.claim(statement=text)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 18 + wall()


@pytest.mark.usefixtures("mid_minute")
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_how_to_mend.py"
    "::test_a_method_that_is_not_known_points_at_the_header_that_names_"
    "them",
)
def test_over_the_minutes_number_a_call_is_429_and_the_rival_does_not_notice(
    acme: Party, globex: Party, settings: Settings
) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 2
    statuses = [acme.call("GET", acme.home).status_code for _ in range(6)]
    assert statuses[:2] == [200, 200]
    refused = acme.call("GET", acme.home)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == "application/problem+json"
    assert globex.call("GET", globex.home).status_code == 200


@pytest.mark.usefixtures("mid_minute")
def test_the_count_is_exact_when_calls_come_at_once(
    acme: Party, settings: Settings
) -> None:
    settings.VENDOR_CALLS_PER_MINUTE = 25
    throttles = [TokenThrottle() for _ in range(200)]
    request: Any = SimpleNamespace(auth=VendorToken.objects.get(), META={})
    view: Any = None
    # A minute that ends meanwhile would begin another count.
    clock = patch("vendors.api.access.time.time", return_value=60.0)
    with clock, ThreadPoolExecutor(20) as pool:
        let_in = pool.map(lambda item: item.allow_request(request, view), throttles)
    assert sum(let_in) == 25


@pytest.mark.usefixtures("mid_minute")
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_holds_for.py"
    "::test_what_was_said_is_kept_with_what_it_means[said0-means0]",
)
def test_calls_without_a_good_token_are_counted_by_address(
    acme: Party, settings: Settings
) -> None:
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = 4
    guess = Party(acme.candidate, "evt_000000000000_" + "A" * 43)
    statuses = [
        guess.call("GET", acme.home, x_forwarded_for=f"10.0.0.{number}").status_code
        for number in range(9)
    ]
    assert statuses[:4] == [401] * 4
    assert 429 in statuses
    refused = guess.call("GET", acme.home, x_forwarded_for="10.9.9.9")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert Client().get(acme.home).status_code == 429
    # A good token from the same address is not hindered.
    assert acme.call("GET", acme.home).status_code == 200
