"""T52, small: for an address over its limit nothing is looked up. With every push."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import vendors
from vendors.api import access as door
from vendors.models import VendorToken
from vendors.selectors.access import recognise

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
    from pytest_django import Settings

    from tests.vendors.api.conftest import Party

pytestmark = pytest.mark.usefixtures("mid_minute")
PATH = "/api/v1/invitations/"
LIMIT = 3


def unknown() -> str:
    """A token of the right shape that nobody was given."""
    return f"evt_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"


def call(header: str = "", query: str = "", path: str = PATH) -> Answer:
    """A call of a stranger."""
    headers = {"authorization": header} if header else {}
    return Client().get(f"{path}?{query}" if query else path, headers=headers)


@pytest.fixture
def struck(acme: Party, settings: Settings) -> Party:
    """The address of this machine is over its limit; Acme calls from there too."""
    settings.CALLS_WITHOUT_TOKEN_PER_MINUTE = LIMIT
    statuses = [call().status_code for _ in range(LIMIT + 1)]
    assert statuses == [401] * LIMIT + [429]
    return acme


MANY = "&".join(f"p{number}={unknown()}" for number in range(1000))


@pytest.mark.parametrize("query", ["", "a=1", MANY])
@pytest.mark.parametrize("header", ["", "Bearer x", "Basic dXNlcg==", "evt_"])
@pytest.mark.nightly(
    reason="twelve ways to ask; each push has one",
    short="[Bearer x-query2]",
)
def test_nothing_is_looked_up_once_the_address_is_over_its_limit(
    struck: Party, header: str, query: str
) -> None:
    with CaptureQueriesContext(connection) as caught:
        answer = call(header, query)
        posted = Client().post(f"{struck.home}claims/", b"{", "application/json")
    assert len(caught) == 0
    assert posted.status_code == answer.status_code == 429
    assert answer["Retry-After"] == "30"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["code"] == "throttled"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_last_slash.py"
    "::test_it_is_redirected_with_its_method_and_its_query[evaltracker."
    "urls-GET]",
)
def test_tokens_of_the_right_shape_are_looked_up_so_often_and_no_more(
    struck: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LOOKS", 2)
    door.memory().clear()
    call()
    for expected in (True, True, False, False):
        with CaptureQueriesContext(connection) as caught:
            assert call(f"Bearer {unknown()}").status_code == 429
        assert bool(len(caught)) is expected


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_is_looked_up_once_the_address_is_over_its_limit[Bea"
    "rer x-query2]",
)
def test_a_token_that_was_good_here_is_let_in_whatever_its_neighbours_do(
    struck: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert struck.call("GET", struck.home).status_code == 200
    for _ in range(door.LOOKS):
        call(f"Bearer {unknown()}")
    with CaptureQueriesContext(connection) as caught:
        assert call(f"Bearer {unknown()}").status_code == 429
    assert len(caught) == 0
    assert struck.call("GET", struck.home).status_code == 200
    assert struck.claim().status_code == 201


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_last_slash.py"
    "::test_it_is_redirected_with_its_method_and_its_query[evaltracker."
    "urls-GET]",
)
def test_the_door_opens_with_the_next_minute(struck: Party, time_machine: Any) -> None:
    time_machine.shift(31)
    assert call().status_code == 401


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_last_slash.py"
    "::test_it_is_redirected_with_its_method_and_its_query[evaltracker."
    "urls-GET]",
)
def test_one_look_finds_leaked_tokens_among_any_number(acme: Party) -> None:
    second = vendors.token(VendorToken.objects.get().vendor, "second")
    many = [*(unknown() for _ in range(100)), acme.token, second]
    with CaptureQueriesContext(connection) as few:
        call(query=f"token={unknown()}")
    with CaptureQueriesContext(connection) as caught:
        call(query="&".join(f"a={text}" for text in many[:100]))
    assert len(caught) <= len(few)
    answer = call(query="&".join(f"%61=Bearer%20{text}" for text in many))
    assert answer.status_code == 400
    assert "revoked" in answer.json()["detail"]
    assert recognise(acme.token) is recognise(second) is None


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/api/test_last_slash.py"
    "::test_it_is_redirected_with_its_method_and_its_query[evaltracker."
    "urls-GET]",
)
def test_more_parameters_than_any_call_knows_are_refused_unread(acme: Party) -> None:
    answer = acme.call("GET", f"{PATH}?{'&'.join(['limit=1'] * 25)}")
    assert answer.status_code == 400
    assert "20 parameters" in answer.json()["detail"]
