"""Whatever goes wrong at the other party ends on a page of ours."""

import pytest
import requests
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.accounts.provider import Provider
from tests.accounts.test_sign_on import LINA, sign_on
from tests.factories import common

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _lina(transactional_db: None) -> None:
    common.lina()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_login.py"
    "::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin"
    "/]",
)
def test_cancelling_and_failing_there_end_on_a_page_of_ours(
    provider: Provider, live_server: LiveServer
) -> None:
    provider.person = dict(LINA)
    provider.refuses = True
    assert "You did not sign on" in sign_on(live_server)[1].text
    back = f"{live_server.url}/accounts/oidc/company/login/callback/"
    for params in ({"code": "made-up"}, {"code": "made-up", "state": "made-up"}):
        answer = requests.get(back, params=params, timeout=60)
        assert answer.status_code == 401
        assert "did not work" in answer.text


def test_a_provider_that_is_gone_ends_on_a_page_of_ours(
    live_server: LiveServer, settings: Settings, provider: Provider
) -> None:
    gone = provider.settings(server_url="http://127.0.0.1:1")
    settings.SOCIALACCOUNT_PROVIDERS = gone
    answer = requests.get(f"{live_server.url}/accounts/oidc/company/login/", timeout=60)
    assert answer.status_code == 401
    assert "did not work" in answer.text
