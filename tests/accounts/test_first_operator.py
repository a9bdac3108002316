"""A new installation's first login: once, by mail, with no password anywhere."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from evaltracker.evaluations.models import Notice, User

pytestmark = pytest.mark.django_db
WHO = "Ada Lovelace:Ada@example.org"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("add_first_operator", *arguments, stdout=out)
    return out.getvalue()


def test_they_get_a_login_and_are_owed_a_link_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRST_OPERATOR", WHO)
    assert "ada is the first operator" in run()
    operator = User.objects.get()
    assert (operator.first_name, operator.last_name) == ("Ada", "Lovelace")
    assert (operator.email, operator.is_superuser) == ("ada@example.org", True)
    assert not operator.has_usable_password()
    assert Notice.objects.get().kind == "login_given"
    # Each start of compose runs it again.
    assert run() == ""
    assert User.objects.count() == Notice.objects.count() == 1


def test_the_link_can_be_shown_until_there_is_a_password(client: Client) -> None:
    run(WHO)
    link = run("--print-link").strip()
    page = client.get(f"/{link.split('/', 3)[3]}", follow=True)
    assert page.status_code == 200
    assert b"password" in page.content
    operator = User.objects.get()
    operator.set_password("long enough, and of words")
    operator.save()
    with pytest.raises(CommandError, match="has a password already"):
        run("--print-link")


def test_what_is_no_person_is_refused() -> None:
    with pytest.raises(CommandError, match="Say who as NAME:ADDRESS"):
        run("ada@example.org")
    with pytest.raises(CommandError, match="No operator was added"):
        run("Ada:ada@nowhere")
    with pytest.raises(CommandError, match="There is no operator yet"):
        run("--print-link")
    assert not User.objects.exists()
