"""Guesses of one account from many addresses are slowed; the owner is told, and not
kept out."""

import datetime
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from evaltracker.accounts.adapters import CEILING
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, Notice, User
from evaltracker.notices.kinds import KINDS
from tests.accounts.conftest import log_in
from tests.factories import common

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lina(time_machine: Any) -> User:
    time_machine.move_to("2027-02-01 08:00+00:00", tick=False)
    return common.lina()


def guess(number: int, name: str = "lina", password: str = "wrong") -> HttpResponse:
    """From an address of its own."""
    client = Client(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}")
    return log_in(client, name, password)


def failures(detail: str) -> int:
    return AccountEntry.objects.filter(
        action=AccountAction.LOGIN_FAILED, detail=detail
    ).count()


def test_beyond_the_ceiling_a_stranger_waits_even_with_the_right_password(
    time_machine: Any,
) -> None:
    for number in range(CEILING + 5):
        guess(number)
    assert (failures(""), failures("slowed")) == (CEILING, 5)
    assert guess(99, password=common.PASSWORD).status_code == 200
    # What is refused unseen makes nobody wait longer.
    time_machine.shift(datetime.timedelta(seconds=30))
    assert guess(99, password=common.PASSWORD).status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_proof.py"
    "::test_these_pages_ask_before_they_open[chromium-/accounts/2fa/tot"
    "p/activate/]",
)
def test_the_wait_grows_to_five_minutes_and_no_further(time_machine: Any) -> None:
    for number in range(CEILING):
        guess(number)
    for number, seconds in enumerate((30, 60, 120, 240, 300, 300)):
        time_machine.shift(datetime.timedelta(seconds=seconds - 1))
        guess(100 + number)
        assert failures("") == CEILING + number
        time_machine.shift(datetime.timedelta(seconds=1))
        guess(200 + number)
        assert failures("") == CEILING + number + 1


def test_a_browser_of_the_owner_does_not_wait() -> None:
    own, another = Client(), Client()
    log_in(own, "lina")
    own.post("/admin/logout/")
    common.noor()
    log_in(another, "noor")
    another.post("/admin/logout/")
    for number in range(CEILING):
        guess(number)
    assert log_in(another, "lina").status_code == 200
    assert log_in(own, "lina").status_code == 302


def test_a_browser_that_guesses_is_a_stranger_again() -> None:
    own = Client()
    log_in(own, "lina")
    own.post("/admin/logout/")
    for number in range(8):
        own.defaults["REMOTE_ADDR"] = f"10.9.0.{number}"
        log_in(own, "lina", "wrong")
    for number in range(CEILING):
        guess(number)
    assert log_in(own, "lina").status_code == 200
    forged = Client()
    forged.cookies[f"{settings.COOKIE_PREFIX}device"] = "e30:1abcde:forged"
    assert log_in(forged, "lina").status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_invitations.py"
    "::test_an_operator_adds_without_a_password_and_a_mail_brings_them_"
    "in",
)
def test_the_owner_gets_one_mail_a_day(lina: User, time_machine: Any) -> None:
    for number in range(CEILING - 1):
        guess(number)
    assert not Notice.objects.exists()
    for number in range(3):
        guess(100 + number)
        time_machine.shift(datetime.timedelta(minutes=1))
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("account_guessed", lina)
    mail = KINDS[notice.kind].compose(notice)
    assert "guess your password" in mail.subject
    time_machine.shift(datetime.timedelta(days=1))
    for number in range(CEILING):
        guess(number)
    assert Notice.objects.count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_browser_of_the_owner_does_not_wait",
)
def test_a_name_that_nobody_has_is_slowed_alike() -> None:
    for number in range(CEILING + 1):
        guess(number)
        guess(number, name="nobody")
    assert failures("unknown name") == failures("") == CEILING
    assert failures("slowed") == 2
    known, unknown = guess(99), guess(99, name="nobody")
    assert known.status_code == unknown.status_code == 200
    texts = [
        answer.context["form"].non_field_errors()  # type: ignore[attr-defined]
        for answer in (known, unknown)
    ]
    assert texts[0] == texts[1]
    assert not Notice.objects.exclude(recipient__username="lina").exists()
