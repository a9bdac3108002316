"""A forgotten password and a changed address: one answer for all, mail for one."""

import datetime
import re

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from evaltracker.evaluations.models import Notice, User
from tests.accounts.conftest import log_in
from tests.accounts.test_invitations import GOOD, link_to, set_password
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)

FORGOT = "/accounts/password/reset/"


@pytest.fixture
def lina() -> User:
    return common.lina()


def ask(email: str) -> tuple[int, str]:
    answer = Client().post(FORGOT, {"email": email}, follow=True)
    return answer.status_code, re.sub(r".*csrf.*", "", answer.text)


def test_whoever_asks_gets_one_answer_and_only_people_get_a_mail(
    lina: User, smtp_sink: Sink
) -> None:
    User.objects.filter(pk=common.noor().pk).update(is_active=False)
    answers = {
        ask(email)
        for email in ("LINA@example.com", "noor@example.com", "who@example.com")
    }
    assert len(answers) == 1
    call_command("send_notices")
    assert [mail["To"] for mail in smtp_sink.arrived] == ["lina@example.com"]


def test_the_answer_is_the_same_while_the_mail_server_is_down(lina: User) -> None:
    # No sink: nothing listens. The mail is owed, so the page needs no server.
    assert ask("lina@example.com") == ask("who@example.com")
    assert Notice.objects.get().kind == "password_reset"


def test_the_link_sets_the_password_and_ends_every_session(
    lina: User, smtp_sink: Sink
) -> None:
    session = signed_in(lina)
    ask("lina@example.com")
    set_password(Client(), link_to(smtp_sink, "lina@example.com"))
    assert session.get("/admin/").status_code == 302
    assert log_in(Client(), "lina", GOOD).status_code == 302
    call_command("send_notices")
    assert "was reset" in smtp_sink.arrived[-1]["Subject"]


def test_the_link_ignores_a_forged_host(lina: User, smtp_sink: Sink) -> None:
    Client(headers={"X-Forwarded-Host": "evil.example"}).post(
        FORGOT, {"email": "lina@example.com"}
    )
    assert link_to(smtp_sink, "lina@example.com").startswith("/accounts/")
    assert "evil" not in smtp_sink.arrived[0].as_string()


def test_an_address_changes_once_its_owner_confirms_by_post(
    lina: User, smtp_sink: Sink
) -> None:
    assert act("change-address", None, lina, email="Lina@new.example") == 302
    link = link_to(smtp_sink, "lina@new.example")
    client = signed_in(lina)
    client.head(link)
    assert "lina@new.example" in client.get(link).text
    lina.refresh_from_db()
    assert lina.email == "lina@example.com"
    assert Client().post(link).status_code == 302
    assert signed_in(common.noor()).post(link).status_code == 409
    assert client.post(link).status_code == 302
    lina.refresh_from_db()
    assert lina.email == "lina@new.example"
    assert client.post(link).status_code == 409
    call_command("send_notices")
    told = smtp_sink.to("lina@example.com")[-1]
    assert "address was changed" in told["Subject"]


def test_a_link_for_an_address_grows_old(lina: User, smtp_sink: Sink) -> None:
    act("change-address", None, lina, email="lina@new.example")
    link = link_to(smtp_sink, "lina@new.example")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3, minutes=1)
    with time_machine.travel(later):
        assert signed_in(lina).post(link).status_code == 409


def test_nobody_takes_an_address_of_somebody_else(lina: User, smtp_sink: Sink) -> None:
    assert act("change-address", None, lina, email="lina@new.example") == 302
    link = link_to(smtp_sink, "lina@new.example")
    User.objects.filter(pk=common.noor().pk).update(email="lina@new.example")
    assert act("change-address", None, lina, email="Lina@New.example") == 400
    assert signed_in(lina).post(link).status_code == 400
    lina.refresh_from_db()
    assert lina.email == "lina@example.com"


def test_changing_it_asks_who_is_there(lina: User) -> None:
    client = signed_in(lina)
    session = client.session
    session["proved_at"] -= 601
    session.save()
    address = "/admin/act/change-address/"
    assert 'name="proof-password"' in client.get(address).text
    assert client.post(address, {"email": "lina@new.example"}).status_code == 400
    assert not Notice.objects.exists()


def test_after_an_operator_changed_it_the_old_address_resets_nothing(
    lina: User, smtp_sink: Sink
) -> None:
    ask("lina@example.com")
    Notice.objects.all().delete()
    values = {"email": "lina@moved.example", "time_zone": "UTC"}
    path = f"/admin/act/change-person/{lina.pk}/"
    assert signed_in(common.otto()).post(path, values).status_code == 302
    ask("lina@example.com")
    call_command("send_notices")
    assert smtp_sink.arrived == []
