"""A session ends: after eight hours, with the login, with the password (R35)."""

import datetime
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaltracker.accounts.services import forget_what_is_over
from evaltracker.evaluations.models import User
from evaltracker.evaluations.models import User as Person
from tests.accounts.conftest import log_in
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db


@pytest.fixture
def lina() -> Person:
    return common.lina()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_others_are_logged_out_from_the_list",
)
def test_it_ends_eight_hours_after_the_login_however_busy(
    lina: Person, time_machine: Any
) -> None:
    time_machine.move_to("2027-02-01 08:00+00:00")
    client = Client()
    log_in(client, "lina")
    for _ in range(15):
        time_machine.shift(datetime.timedelta(minutes=31))
        assert client.get("/admin/").status_code == 200
        # Whatever writes into the session keeps it alive by itself.
        session = client.session
        session["busy"] = True
        session.save()
    time_machine.shift(datetime.timedelta(minutes=16))
    answer = client.get("/admin/account/", follow=True)
    assert answer.redirect_chain[-1][0] == "/admin/login/?next=/admin/account/"
    assert "eight hours" in answer.text


def test_it_ends_after_an_hour_in_which_nothing_was_done(
    lina: Person, time_machine: Any
) -> None:
    time_machine.move_to("2027-02-01 08:00+00:00")
    client = Client()
    log_in(client, "lina")
    for minutes in (59, 59):
        time_machine.shift(datetime.timedelta(minutes=minutes))
        assert client.get("/admin/").status_code == 200
    time_machine.shift(datetime.timedelta(minutes=60))
    answer = client.get("/admin/account/", follow=True)
    assert answer.redirect_chain[-1][0] == "/admin/login/?next=/admin/account/"
    assert "after 60 minutes without activity" in answer.text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_logging_out_leaves_no_session",
)
def test_use_is_written_down_once_a_minute_at_most(
    lina: Person, time_machine: Any
) -> None:
    time_machine.move_to("2027-02-01 08:00+00:00", tick=False)
    client = Client()
    log_in(client, "lina")
    writes = []
    for _ in range(6):
        time_machine.shift(datetime.timedelta(seconds=20))
        with CaptureQueriesContext(connection) as seen:
            client.get("/admin/account/")
        writes.append(sum("UPDATE" in query["sql"] for query in seen.captured_queries))
    assert writes == [0, 0, 1, 0, 0, 1]


def test_one_of_an_unknown_age_has_ended(lina: Person) -> None:
    client = signed_in(lina)
    session = client.session
    del session["logged_in_at"]
    session.save()
    assert client.get("/admin/").status_code == 302


def test_taking_rights_away_acts_at_the_next_request(lina: Person) -> None:
    client = signed_in(lina)
    assert client.get("/admin/act/start-evaluation/").status_code == 200
    lina.user_permissions.clear()
    assert client.get("/admin/act/start-evaluation/").status_code == 403
    User.objects.filter(pk=lina.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_the_others_are_logged_out_from_the_list(lina: Person) -> None:
    here, there = Client(headers={"User-Agent": "Here"}), Client()
    log_in(here, "lina")
    log_in(there, "lina")
    assert "Here" in here.get("/accounts/sessions/").text
    here.post("/accounts/sessions/")
    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").status_code == 302


def test_changing_the_password_logs_the_others_out(lina: Person) -> None:
    here, there = Client(), Client()
    log_in(here, "lina")
    log_in(there, "lina")
    words = "seven quiet herons"
    data = {"oldpassword": common.PASSWORD, "password1": words, "password2": words}
    answer = here.post("/accounts/password/change/", data)
    assert answer.headers["Location"] == "/admin/account/"
    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").status_code == 302


def test_the_old_address_of_the_password_page_leads_to_the_new(lina: Person) -> None:
    answer = signed_in(lina).get("/admin/password_change/")
    assert answer.headers["Location"] == "/accounts/password/change/"


def test_logging_out_leaves_no_session(lina: Person) -> None:
    client = Client()
    log_in(client, "lina")
    client.post("/admin/logout/")
    assert not Session.objects.exists()


def test_what_is_over_is_forgotten_in_time(lina: Person, time_machine: Any) -> None:
    time_machine.move_to("2027-02-01 08:00+00:00")
    log_in(Client(), "lina")
    log_in(Client(), "a-password-in-the-wrong-field", "guess")
    time_machine.shift(datetime.timedelta(hours=7))
    forget_what_is_over()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    assert AccessAttempt.objects.count() == 1
    time_machine.shift(datetime.timedelta(hours=18))
    forget_what_is_over()
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)
    assert not AccessAttempt.objects.exists()
