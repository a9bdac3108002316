"""Logins, failures and changes of logins are written down (R41), for the operator."""

import pytest
from django.test import Client

from evaltracker.evaluations.choices import AccountAction as Did
from evaltracker.evaluations.models import AccountEntry
from tests.accounts.conftest import log_in
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db

LOG = "/admin/evaluations/accountentry/"


def lines() -> list[tuple[str, str | None, str | None, str]]:
    return [
        (
            entry.action,
            entry.person.username if entry.person else None,
            entry.address,
            entry.detail,
        )
        for entry in AccountEntry.objects.order_by("at")
    ]


def test_logins_and_failures_with_whose_and_whence() -> None:
    common.lina()
    client = Client(REMOTE_ADDR="192.0.2.9")
    log_in(client, "lina", "guess")
    log_in(client, "my-secret-password", "guess")
    log_in(client, "lina@example.com")
    client.post("/admin/logout/")
    assert lines() == [
        (Did.LOGIN_FAILED, "lina", "192.0.2.9", ""),
        (Did.LOGIN_FAILED, None, "192.0.2.9", "unknown name"),
        (Did.LOGGED_IN, "lina", "192.0.2.9", "password"),
        (Did.LOGGED_OUT, "lina", "192.0.2.9", ""),
    ]
    # A password can land in the field for the name, so it is kept nowhere here.
    assert not AccountEntry.objects.filter(detail__contains="secret").exists()


def test_what_operators_do_to_logins() -> None:
    otto, noor = common.otto(), common.noor()
    act("stop-login", noor, otto)
    act("allow-login", noor, otto)
    act("set-password", noor, otto, password="seven quiet herons")
    act("change-person", noor, otto, first_name="N", time_zone="UTC")
    done = AccountEntry.objects.filter(person=noor, by=otto).order_by("at")
    assert [entry.action for entry in done] == [
        Did.STOPPED,
        Did.ALLOWED,
        Did.PASSWORD,
        Did.CHANGED,
    ]
    assert [entry.detail for entry in done][-1] == "email, first_name"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/admin/test_people_acts.py"
    "::test_an_operator_adds_a_person_who_can_log_in",
)
def test_the_log_is_the_operators_and_everybody_sees_their_own() -> None:
    lina, noor = common.lina(), common.noor()
    log_in(Client(REMOTE_ADDR="192.0.2.9"), "lina", "guess")
    assert "192.0.2.9" in signed_in(common.otto()).get(LOG).text
    assert signed_in(lina).get(LOG).status_code == 403
    assert "192.0.2.9" in signed_in(lina).get("/admin/account/").text
    assert "192.0.2.9" not in signed_in(noor).get("/admin/account/").text


def test_a_person_changes_their_own_name_and_zone_and_nothing_else() -> None:
    lina = common.lina()
    form = {
        "first_name": "Lena",
        "last_name": "Lead",
        "time_zone": "Asia/Seoul",
        "email": "x@y.example",
        "is_superuser": "on",
    }
    assert act("change-details", None, lina, **form) == 302
    lina.refresh_from_db()
    assert (lina.name, lina.time_zone) == ("Lena Lead", "Asia/Seoul")
    assert (lina.email, lina.is_superuser) == ("lina@example.com", False)
    assert act("change-details", None, lina, time_zone="Mars/Olympus") == 400


def test_every_form_about_accounts_refuses_a_post_without_its_token() -> None:
    lina = common.lina()
    checking = Client(enforce_csrf_checks=True)
    checking.force_login(lina, "django.contrib.auth.backends.ModelBackend")
    inside = (
        *("logout/", "password/change/", "password/set/", "reauthenticate/"),
        *("2fa/totp/activate/", "2fa/totp/deactivate/", "2fa/webauthn/add/"),
        *("2fa/recovery-codes/generate/", "2fa/reauthenticate/", "sessions/"),
        *("3rdparty/", "2fa/webauthn/keys/1/remove/", "2fa/webauthn/keys/1/edit/"),
    )
    outside = ("login/", "password/reset/", "2fa/authenticate/", "signup/")
    acts = ("change-address", "change-details", "ask-for-erasure")
    addresses = [
        *(f"/accounts/{path}" for path in (*inside, *outside)),
        *(f"/admin/act/{name}/" for name in acts),
        *("/admin/login/", "/admin/logout/"),
    ]
    statuses = {path: checking.post(path).status_code for path in addresses}
    assert {path for path, status in statuses.items() if status != 403} == set()
