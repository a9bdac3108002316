"""Operators give logins, change them and stop them; nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import may_start_evaluations
from tests.factories import common

if TYPE_CHECKING:
    from collections.abc import Callable

    LogIn = Callable[[User], Client]

GOOD = "seven quiet herons"
NEW = {
    "username": "mina",
    "first_name": "Mina",
    "last_name": "Park",
    "email": "mina@example.com",
    "time_zone": "Asia/Seoul",
    "rights": ["add_evaluation"],
    "password": GOOD,
}


@pytest.fixture
def operator(as_user: LogIn) -> Client:
    return as_user(common.otto())


def test_an_operator_adds_a_person_who_can_log_in(operator: Client) -> None:
    assert "/admin/act/add-person/" in operator.get("/admin/evaluations/user/").text
    assert operator.post("/admin/act/add-person/", NEW).status_code == 302
    mina = User.objects.get(username="mina")
    assert may_start_evaluations(mina)
    assert not mina.is_superuser
    data = {"username": "mina", "password": GOOD}
    assert Client().post("/admin/login/", data).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "12345678", "too common"),
        ("password", "mina@example.com", "too similar"),
        ("username", "otto", "already exists"),
        ("time_zone", "Mars/Olympus", "not a known time zone"),
        ("email", "two@x.example, three@x.example", "valid email"),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[password-mina@example.com-too similar]",
)
def test_a_bad_login_is_refused_with_a_sentence(
    operator: Client, field: str, value: str, sentence: str
) -> None:
    answer = operator.post("/admin/act/add-person/", {**NEW, field: value})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert not User.objects.filter(username="mina").exists()


def test_a_person_is_changed_and_loses_the_right_to_start(operator: Client) -> None:
    lina = common.lina()
    detail = operator.get(f"/admin/evaluations/user/{lina.pk}/change/").text
    assert f"/admin/act/change-person/{lina.pk}/" in detail
    path = f"/admin/act/change-person/{lina.pk}/"
    assert operator.get(path).text.count(" checked") == 1
    data = {"first_name": "Lena", "last_name": "Lead", "email": "l@example.com"}
    assert operator.post(path, {**data, "time_zone": "UTC"}).status_code == 302
    changed = User.objects.get(pk=lina.pk)
    assert changed.first_name == "Lena"
    assert not may_start_evaluations(changed)


def test_a_stopped_login_ends_at_the_next_request(
    operator: Client, as_user: LogIn
) -> None:
    noor = common.noor()
    session = as_user(noor)
    assert session.get("/admin/").status_code == 200
    operator.post(f"/admin/act/stop-login/{noor.pk}/")
    assert session.get("/admin/").status_code == 302
    assert operator.post(f"/admin/act/stop-login/{noor.pk}/").status_code == 403
    operator.post(f"/admin/act/allow-login/{noor.pk}/")
    assert User.objects.get(pk=noor.pk).is_active


def test_an_operator_cannot_stop_their_own_login(operator: Client) -> None:
    otto = common.otto()
    assert operator.post(f"/admin/act/stop-login/{otto.pk}/").status_code == 409


def test_a_new_password_ends_open_sessions(operator: Client, as_user: LogIn) -> None:
    noor = common.noor()
    session = as_user(noor)
    operator.post(f"/admin/act/set-password/{noor.pk}/", {"password": GOOD})
    assert session.get("/admin/").status_code == 302
    assert User.objects.get(pk=noor.pk).check_password(GOOD)


@pytest.mark.parametrize(
    "act", ["change-person", "set-password", "stop-login", "allow-login"]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[stop-login]",
)
def test_nobody_else_touches_logins(as_user: LogIn, act: str) -> None:
    lina = common.lina()
    owner = as_user(lina)
    assert owner.post(f"/admin/act/{act}/{lina.pk}/", NEW).status_code == 403
    assert owner.post(f"/admin/act/{act}/{common.otto().pk}/").status_code == 404
    assert owner.post("/admin/act/add-person/", NEW).status_code == 403
