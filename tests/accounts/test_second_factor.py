"""A second factor: asked of who has one, and required where the operator says so."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, Notice, User
from tests.accounts.conftest import log_in
from tests.accounts.factors import code_of, give_app, recovery_code
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db

ASKED = "/accounts/2fa/authenticate/"
SETUP = "/accounts/2fa/"


@pytest.fixture
def lina() -> User:
    return common.lina()


@pytest.fixture
def required(settings: Settings) -> Settings:
    settings.REQUIRE_SECOND_FACTOR = True
    return settings


@pytest.mark.parametrize("path", ["/admin/login/", "/accounts/login/"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[/accounts/login/]",
)
def test_a_password_alone_opens_nothing_for_who_has_one(lina: User, path: str) -> None:
    secret = give_app(lina)
    client = Client()
    data = {"username": "lina", "password": common.PASSWORD, "next": "/admin/account/"}
    assert client.post(path, data).headers["Location"] == ASKED
    assert client.get("/admin/").status_code == 302
    assert client.post(ASKED, {"code": "000000"}).status_code == 200
    assert client.get("/admin/").status_code == 302
    answer = client.post(ASKED, {"code": code_of(secret)})
    assert answer.headers["Location"] == "/admin/account/"
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_opens_once(lina: User) -> None:
    give_app(lina)
    code = recovery_code(lina)
    for right in (302, 200):
        client = Client()
        log_in(client, "lina")
        assert client.post(ASKED, {"code": code}).status_code == right


def test_codes_cannot_be_guessed(lina: User) -> None:
    secret = give_app(lina)
    client = Client()
    log_in(client, "lina")
    for _ in range(5):
        client.post(ASKED, {"code": "000000"})
    assert client.post(ASKED, {"code": code_of(secret)}).status_code == 200
    failed = AccountEntry.objects.filter(action=AccountAction.FACTOR_FAILED)
    assert {entry.person for entry in failed} == {lina}


def test_where_it_is_required_nothing_else_opens_before(
    lina: User, required: Settings
) -> None:
    client = Client()
    log_in(client, "lina")
    where = common.evaluation(owner=lina)
    for path in ("/admin/", f"/admin/e/{where.slug}/", "/accounts/sessions/", "/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0] == SETUP, path
    assert "second factor is needed" in answer.text
    api = client.get("/api/v1/staff/evaluations/")
    assert (api.status_code, api.json()["code"]) == (401, "not_authenticated")
    posted = client.post(f"/admin/act/advance/{where.pk}/")
    assert posted.headers["Location"] == SETUP


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_taking_the_last_one_away_closes_all_again",
)
def test_setting_one_up_at_the_first_login_opens_all(
    lina: User,
    required: Settings,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    client = Client()
    log_in(client, "lina")
    page: Any = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    form = {"code": code_of(secret)}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/accounts/2fa/totp/activate/", form)
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert recovery_code(lina) in codes.text
    assert client.get("/admin/").status_code == 200
    assert Notice.objects.get(recipient=lina).kind == "account_changed"


def test_taking_the_last_one_away_closes_all_again(
    lina: User, required: Settings
) -> None:
    give_app(lina)
    client = signed_in(lina)
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/admin/").headers["Location"] == SETUP


def test_recovery_codes_alone_are_no_second_factor(
    lina: User, required: Settings
) -> None:
    give_app(lina)
    Authenticator.objects.filter(user=lina, type="totp").delete()
    assert signed_in(lina).get("/admin/").headers["Location"] == SETUP


def test_an_operator_takes_away_what_is_on_a_lost_phone(lina: User) -> None:
    give_app(lina)
    lost = Client()
    operator = signed_in(common.otto())
    path = f"/admin/act/reset-factors/{lina.pk}/"
    assert signed_in(common.noor()).post(path).status_code == 404
    assert operator.post(path).status_code == 302
    assert log_in(lost, "lina").headers["Location"] == "/admin/"
    assert Notice.objects.get(recipient=lina).occurrence.startswith("factors_reset")
    assert operator.post(path).status_code == 409
