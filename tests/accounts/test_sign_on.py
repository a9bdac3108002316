"""Single sign-on by OpenID: who somebody is, never that they may come in."""

import time
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evaltracker.evaluations.models import AccountEntry, User
from tests.accounts.factors import give_app
from tests.accounts.provider import Provider
from tests.factories import common

pytestmark = pytest.mark.django_db(transaction=True)

LINA = {"sub": "007", "email": "Lina@Example.com", "email_verified": True}


@pytest.fixture(autouse=True)
def lina(transactional_db: None) -> User:
    return common.lina()


def sign_on(
    live_server: LiveServer, path: str = "/admin/account/", **params: str
) -> tuple[requests.Session, requests.Response]:
    """Start at the login page's button and follow wherever it leads."""
    browser = requests.Session()
    page = browser.get(f"{live_server.url}/admin/login/", params={"next": path})
    assert "Log in with Example sign-on" in page.text
    start = f"{live_server.url}/accounts/oidc/company/login/"
    return browser, browser.get(start, params={"next": path, **params})


def test_a_person_is_known_by_a_verified_address_and_then_for_good(
    provider: Provider, live_server: LiveServer, lina: User
) -> None:
    provider.person = dict(LINA)
    _, first = sign_on(live_server)
    assert first.url == f"{live_server.url}/admin/account/"
    assert "Lina Lead" in first.text
    assert provider.asked[0]["code_challenge_method"] == "S256"
    # From now on it is the person, whatever their address has become.
    provider.person = {**LINA, "email": "married@example.com"}
    _, again = sign_on(live_server)
    assert "Lina Lead" in again.text
    account = SocialAccount.objects.get()
    assert (account.user, account.uid) == (lina, "007")
    lina.refresh_from_db()
    assert lina.has_usable_password()
    assert AccountEntry.objects.filter(detail="single sign-on").count() == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "1", "email": "stranger@example.com", "email_verified": True},
        {"sub": "1", "email": "lina@example.com", "email_verified": False},
        {"sub": "1", "email": "lina@example.com"},
        {"sub": "1", "preferred_username": "lina"},
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[claims3]"
)
def test_an_account_at_the_provider_alone_opens_nothing(
    provider: Provider, live_server: LiveServer, claims: dict[str, Any]
) -> None:
    provider.person = claims
    browser, answer = sign_on(live_server)
    assert "nobody has added you here" in answer.text
    assert "/login/" in browser.get(f"{live_server.url}/admin/").url
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_stopped_login_stays_stopped(
    provider: Provider, live_server: LiveServer, lina: User
) -> None:
    provider.person = dict(LINA)
    sign_on(live_server)
    User.objects.filter(pk=lina.pk).update(is_active=False)
    browser, answer = sign_on(live_server)
    assert "This login is stopped" in answer.text
    assert "/login/" in browser.get(f"{live_server.url}/admin/").url


def test_domains_that_the_operator_trusts_count_as_verified(
    provider: Provider, live_server: LiveServer, settings: Settings
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = provider.settings(verified_email=["example.com"])
    provider.person = {"sub": "1", "email": "lina@example.com"}
    assert "Lina Lead" in sign_on(live_server)[1].text


def test_new_people_come_in_without_any_right_if_the_operator_says_so(
    provider: Provider, live_server: LiveServer, settings: Settings
) -> None:
    settings.OIDC_CREATE_ACCOUNTS = True
    provider.person = {
        **LINA,
        "email": "new@example.com",
        "name": "Nia New",
        "preferred_username": "root",
    }
    where = common.evaluation()
    browser, answer = sign_on(live_server)
    assert "Nia New" in answer.text
    nia = User.objects.get(email="new@example.com")
    assert (nia.is_superuser, nia.get_all_permissions()) == (False, set())
    assert browser.get(f"{live_server.url}/admin/e/{where.slug}/").status_code == 404
    provider.person = {"sub": "2", "email": "other@example.com"}
    assert "nobody has added you" in sign_on(live_server)[1].text


def test_who_has_a_second_factor_is_asked_for_it_here_too(
    provider: Provider, live_server: LiveServer, lina: User
) -> None:
    give_app(lina)
    provider.person = dict(LINA)
    assert sign_on(live_server)[1].url.endswith("/accounts/2fa/authenticate/")


@pytest.mark.parametrize(("trusted", "end"), [(False, "/2fa/"), (True, "/account/")])
@pytest.mark.nightly(
    reason="2 values; each push has the first of them",
    short="[False-/2fa/]",
)
def test_a_provider_may_take_over_the_second_factor(
    provider: Provider,
    live_server: LiveServer,
    settings: Settings,
    trusted: bool,
    end: str,
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    settings.OIDC_SECOND_FACTOR = trusted
    provider.person = dict(LINA)
    assert sign_on(live_server)[1].url.endswith(end)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_domains_that_the_operator_trusts_count_as_verified",
)
def test_a_silent_sign_on_is_no_proof_of_now(
    provider: Provider, live_server: LiveServer
) -> None:
    provider.person = {**LINA, "auth_time": int(time.time()) - 3600}
    browser, _ = sign_on(live_server)
    add = f"{live_server.url}/accounts/2fa/totp/activate/"
    assert "/reauthenticate/" in browser.get(add).url
    provider.person = {**LINA, "auth_time": int(time.time())}
    browser, _ = sign_on(live_server)
    assert browser.get(add).url == add
