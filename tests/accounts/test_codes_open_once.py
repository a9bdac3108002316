"""A code of an authenticator app opens once, as long as it is valid."""

import datetime
from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.models import User
from tests.accounts.conftest import log_in
from tests.accounts.factors import code_of, give_app
from tests.factories import common

pytestmark = pytest.mark.django_db

ASKED = "/accounts/2fa/authenticate/"


@pytest.fixture
def lina() -> User:
    return common.lina()


def test_a_code_opens_once(lina: User) -> None:
    code = code_of(give_app(lina))
    for right in (302, 200):
        client = Client()
        log_in(client, "lina")
        assert client.post(ASKED, {"code": code}).status_code == right


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_proof.py"
    "::test_these_pages_ask_before_they_open[chromium-/accounts/2fa/tot"
    "p/activate/]",
)
def test_a_code_opens_once_as_long_as_it_is_valid(
    lina: User, time_machine: Any
) -> None:
    time_machine.move_to("2027-02-01 08:00:01+00:00")
    secret = give_app(lina)
    code = code_of(secret, steps=1)
    for seconds, right in ((0, 302), (31, 200), (29, 200)):
        time_machine.shift(datetime.timedelta(seconds=seconds))
        client = Client()
        log_in(client, "lina")
        assert client.post(ASKED, {"code": code}).status_code == right
    # The next one of the app opens.
    log_in(client := Client(), "lina")
    assert client.post(ASKED, {"code": code_of(secret)}).status_code == 302
