"""What cannot be taken back asks again who is there (R34): by password, code or SSO."""

import re
from html import unescape

import pytest
from django.test import Client

from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import User
from evaltracker.workflow.services.stages import draft_decision
from tests.accounts.conftest import log_in
from tests.accounts.factors import code_of, give_app
from tests.accounts.provider import Provider
from tests.cast import common, stakeholders
from tests.clients import signed_in
from tests.workflow.deciding import in_decision, ready_to_decide

pytestmark = pytest.mark.django_db

ASKED = "/accounts/reauthenticate/"
LINK = re.compile(r'href="(/accounts/oidc/[^"]+)"')
BY_CODE = "/accounts/2fa/reauthenticate/"


@pytest.fixture
def decide() -> str:
    """The address of the act that ends an evaluation."""
    where, _ = ready_to_decide()
    return f"/admin/act/decide/{where.pk}/"


def grow_old(client: Client, seconds: int = 601) -> None:
    """As if the person had shown that long ago who they are."""
    session = client.session
    session["proved_at"] -= seconds
    session.save()


def came_in() -> Client:
    client = Client()
    log_in(client, "lina")
    return client


def test_who_has_just_come_in_is_not_asked(decide: str) -> None:
    client = came_in()
    grow_old(client, 590)
    assert client.get(decide).status_code == 200
    assert client.post(decide).status_code == 302
    assert Decision.objects.get().decided_at


def test_after_ten_minutes_the_page_asks_first(decide: str) -> None:
    client = came_in()
    grow_old(client)
    asked = client.get(decide)
    assert asked.headers["Location"] == f"{ASKED}?next={decide.replace('/', '%2F')}"
    wrong = client.post(asked.headers["Location"], {"password": "guess"})
    assert wrong.status_code == 200
    assert client.get(decide).status_code == 302
    right = client.post(asked.headers["Location"], {"password": common.PASSWORD})
    assert right.headers["Location"] == decide
    assert client.get(decide).status_code == 200


def test_a_form_sent_too_late_waits_and_is_sent_after_the_answer(decide: str) -> None:
    client = came_in()
    client.get(decide)
    grow_old(client)
    asked = client.post(decide)
    assert not Decision.objects.get().decided_at
    answer = client.post(asked.headers["Location"], {"password": common.PASSWORD})
    assert answer.status_code == 302
    assert Decision.objects.get().decided_at


def test_a_code_answers_as_well_as_the_password(decide: str) -> None:
    secret = give_app(common.lina())
    client = came_in()
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    grow_old(client)
    client.get(decide)
    page = client.get(f"{ASKED}?next={decide}")
    assert BY_CODE in page.text
    # The code of the login is used up, so the next one, a moment early.
    code = code_of(secret, steps=1)
    answer = client.post(f"{BY_CODE}?next={decide}", {"code": code})
    assert answer.headers["Location"] == decide
    assert client.get(decide).status_code == 200


def test_guessing_there_locks_as_at_the_login(decide: str) -> None:
    client = came_in()
    grow_old(client)
    for _ in range(8):
        client.post(f"{ASKED}?next={decide}", {"password": "guess"})
    client.post(f"{ASKED}?next={decide}", {"password": common.PASSWORD})
    assert client.get(decide).status_code == 302


def test_who_has_neither_is_sent_to_the_sign_on_again(
    decide: str, provider: Provider
) -> None:
    lina = without_password()
    client = Client()
    client.force_login(lina, "django.contrib.auth.backends.ModelBackend")
    grow_old(client)
    for answer in (client.get(decide), client.post(decide)):
        page = client.get(answer.headers["Location"])
        start = LINK.search(page.text)
        assert start is not None
        away = client.get(unescape(start[1])).headers["Location"]
        assert away.startswith(f"{provider.home}/authorize")
        assert "prompt=login" in away
        assert "max_age=0" in away
    assert not Decision.objects.get().decided_at


def test_who_has_nothing_at_all_is_told_what_to_do(decide: str) -> None:
    client = Client()
    client.force_login(without_password(), "django.contrib.auth.backends.ModelBackend")
    grow_old(client)
    assert "Set a password" in client.get(decide, follow=True).text


def without_password() -> User:
    lina = common.lina()
    lina.set_unusable_password()
    lina.save()
    return lina


def test_signing_in_the_last_stage_asks_too_and_reading_does_not() -> None:
    where, _ = in_decision()
    draft_decision(
        evaluation=where,
        candidate=where.candidates.get(),
        rationale="It works.",
        by=where.owner,
    )
    rule = where.sign_off_rules.get(stage="decision", role="leadership")
    viktor = signed_in(stakeholders.holder("leadership"))
    assert viktor.get(f"/admin/sign/{rule.pk}/").status_code == 200
    grow_old(viktor)
    for answer in (
        viktor.get(f"/admin/sign/{rule.pk}/"),
        viktor.post(f"/admin/sign/{rule.pk}/", {"verdict": "approve"}),
    ):
        assert answer.headers["Location"].startswith(ASKED)
    assert not where.visits.filter(sign_offs__isnull=False, stage="decision").exists()
    # The owner only reads.
    lina = signed_in(where.owner)
    grow_old(lina)
    assert lina.get(f"/admin/sign/{rule.pk}/").status_code == 200
