"""How somebody gets in: by a link that shows a form, works once and grows old."""

import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client

from evaltracker.evaluations.models import Evaluation, Notice, User
from tests.accounts.conftest import LINK, log_in
from tests.acting import act
from tests.factories import common
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "seven quiet herons"
MINA = {
    "first_name": "Mina",
    "last_name": "Park",
    "email": "Mina.Park@example.com",
    "role": "devops",
    "scores": "on",
}


@pytest.fixture
def where() -> Evaluation:
    """Lina's purchase; she may add people."""
    made = common.evaluation()
    right = Permission.objects.get(
        codename="add_user", content_type__app_label="evaluations"
    )
    made.owner.user_permissions.add(right)
    return made


def link_to(sink: Sink, address: str) -> str:
    """The link in the last mail to that address, after a sweep."""
    call_command("send_notices")
    body: Any = sink.to(address)[-1].get_body(("plain",))
    found = LINK.search(body.get_content())
    assert found is not None
    return found[1]


def set_password(client: Client, link: str, password: str = GOOD) -> Any:
    form = client.get(link, follow=True)
    where = form.request["PATH_INFO"]
    return client.post(
        where, {"password1": password, "password2": password}, follow=True
    )


def test_the_owner_invites_and_the_person_comes_in_by_the_mail(
    where: Evaluation, smtp_sink: Sink
) -> None:
    assert act("invite-stakeholder", where, where.owner, **MINA) == 302
    mina = User.objects.get(email="mina.park@example.com")
    assert (mina.username, mina.is_superuser) == ("mina.park", False)
    assert [group.name for group in mina.groups.all()] == ["DevOps"]
    link = link_to(smtp_sink, "mina.park@example.com")
    mail = smtp_sink.arrived[0].as_string()
    assert "mina.park" in mail
    assert where.title not in mail
    answer = set_password(Client(), link)
    assert "The password is set" in answer.text
    client = Client()
    assert log_in(client, "mina.park@example.com", GOOD).status_code == 302
    assert client.get(f"/admin/e/{where.slug}/").status_code == 200


def test_a_link_only_shows_and_works_once(where: Evaluation, smtp_sink: Sink) -> None:
    act("invite-stakeholder", where, where.owner, **MINA)
    link = link_to(smtp_sink, "mina.park@example.com")
    mina = User.objects.get(email="mina.park@example.com")
    before = mina.password
    for _ in range(3):
        scanner = Client()
        scanner.head(link, follow=True)
        scanner.get(link, follow=True)
    mina.refresh_from_db()
    assert mina.password == before
    set_password(Client(), link)
    again = set_password(Client(), link, "another quiet heron")
    assert "does not work any more" in again.text
    mina.refresh_from_db()
    assert mina.check_password(GOOD)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_link_only_shows_and_works_once",
)
def test_a_link_grows_old_and_another_can_be_sent(
    where: Evaluation, smtp_sink: Sink
) -> None:
    act("invite-stakeholder", where, where.owner, **MINA)
    old = link_to(smtp_sink, "mina.park@example.com")
    mina = User.objects.get(email="mina.park@example.com")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3, minutes=1)
    with time_machine.travel(later):
        assert "does not work any more" in Client().get(old, follow=True).text
    assert act("invite-again", mina, where.owner) == 302
    assert (
        "The password is set"
        in set_password(Client(), link_to(smtp_sink, mina.email)).text
    )
    assert act("invite-again", mina, where.owner) == 403


def test_an_easy_password_is_refused_with_a_sentence(
    where: Evaluation, smtp_sink: Sink
) -> None:
    act("invite-stakeholder", where, where.owner, **MINA)
    link = link_to(smtp_sink, "mina.park@example.com")
    answer = set_password(Client(), link, "password")
    assert "too common" in answer.text
    assert not User.objects.get(email="mina.park@example.com").has_usable_password()


def test_who_may_not_invite(where: Evaluation) -> None:
    where.owner.user_permissions.clear()
    assert act("invite-stakeholder", where, where.owner, **MINA) == 403
    assert act("invite-stakeholder", where, common.noor(), **MINA) == 404
    assert act("invite-stakeholder", where, common.otto(), **MINA) == 403
    assert not User.objects.filter(first_name="Mina").exists()
    assert not Notice.objects.exists()


def test_an_address_is_nobodys_twice(where: Evaluation) -> None:
    common.noor()
    mine = {**MINA, "email": "NOOR@example.com"}
    assert act("invite-stakeholder", where, where.owner, **mine) == 400
    assert User.objects.filter(email__iexact="noor@example.com").count() == 1


def test_an_operator_adds_without_a_password_and_a_mail_brings_them_in(
    smtp_sink: Sink,
) -> None:
    new = {"username": "mina", "email": "mina@example.com", "time_zone": "Asia/Seoul"}
    otto = common.otto()
    assert act("add-person", None, otto, **{**new, "email": ""}) == 400
    assert act("add-person", None, otto, **new) == 302
    set_password(Client(), link_to(smtp_sink, "mina@example.com"))
    assert log_in(Client(), "mina", GOOD).status_code == 302


def test_a_stopped_login_is_sent_nothing(where: Evaluation, smtp_sink: Sink) -> None:
    act("invite-stakeholder", where, where.owner, **MINA)
    User.objects.filter(first_name="Mina").update(is_active=False)
    call_command("send_notices")
    assert smtp_sink.arrived == []
