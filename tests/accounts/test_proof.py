"""What cannot be taken back asks again who is there (R34): by password, code or SSO."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from evaltracker.decision.models import Decision
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, User
from evaltracker.pages.acts import ACTS
from evaltracker.workflow.services.stages import draft_decision
from tests.accounts.conftest import log_in
from tests.accounts.factors import code_of, give_app
from tests.accounts.provider import Provider
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.workflow.deciding import in_decision, ready_to_decide

pytestmark = pytest.mark.django_db

NGINX = Path(__file__).resolve().parents[2] / "deploy/proxy/nginx.conf"
FIELD = "proof-password"
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


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_signing_asks_nobody_even_in_the_last_stage",
)
def test_after_ten_minutes_the_form_asks_for_the_password(decide: str) -> None:
    client = came_in()
    grow_old(client)
    page = client.get(decide)
    assert 'name="proof-password"' in page.text
    assert "You signed in more than 10 minutes ago." in page.text
    # A form that was made before asks then, too, and nothing is done.
    late = client.post(decide)
    assert (late.status_code, 'name="proof-password"' in late.text) == (400, True)
    wrong = client.post(decide, {FIELD: "guess"})
    assert (wrong.status_code, "Incorrect password" in wrong.text) == (400, True)
    assert not Decision.objects.get().decided_at
    assert client.post(decide, {FIELD: common.PASSWORD}).status_code == 302
    assert Decision.objects.get().decided_at


def test_who_has_typed_it_is_not_asked_again_and_the_rest_is_kept() -> None:
    common.lina()
    address = "/admin/act/change-address/"
    client = came_in()
    grow_old(client)
    typed = {"email": "no address", FIELD: common.PASSWORD}
    page = client.post(address, typed)
    assert (page.status_code, FIELD in page.text) == (400, False)
    grow_old(client)
    page = client.post(address, {"email": "new@example.com", FIELD: "guess"})
    assert 'value="new@example.com"' in page.text
    assert "guess" not in page.text


def test_a_code_answers_as_well_as_the_password(decide: str) -> None:
    secret = give_app(common.lina())
    client = came_in()
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    grow_old(client)
    page = client.get(decide)
    assert BY_CODE in page.text
    # The code of the login is used up, so the next one, a moment early.
    code = code_of(secret, steps=1)
    answer = client.post(f"{BY_CODE}?next={decide}", {"code": code})
    assert answer.headers["Location"] == decide
    assert FIELD not in client.get(decide).text


def test_guessing_there_locks_as_at_the_login(decide: str) -> None:
    client = came_in()
    grow_old(client)
    for _ in range(8):
        client.post(decide, {FIELD: "guess"})
    client.post(decide, {FIELD: common.PASSWORD})
    assert FIELD in client.get(decide).text
    failed = AccountEntry.objects.filter(action=AccountAction.LOGIN_FAILED)
    assert failed.filter(person=common.lina()).exists()
    assert not Decision.objects.get().decided_at


def test_who_has_neither_is_led_to_the_sign_on_and_back(
    decide: str, provider: Provider
) -> None:
    lina = without_password()
    client = Client()
    client.force_login(lina, "django.contrib.auth.backends.ModelBackend")
    grow_old(client)
    for page in (client.get(decide), client.post(decide)):
        start = LINK.search(page.text)
        assert start is not None
        assert f"next={decide.replace('/', '%2F')}" in unescape(start[1])
        away = client.get(unescape(start[1])).headers["Location"]
        assert away.startswith(f"{provider.home}/authorize")
        assert "prompt=login" in away
        assert "max_age=0" in away
    assert not Decision.objects.get().decided_at


def test_who_has_nothing_at_all_is_told_what_to_do(decide: str) -> None:
    client = Client()
    client.force_login(without_password(), "django.contrib.auth.backends.ModelBackend")
    grow_old(client)
    assert "Set a password" in client.get(decide).text
    assert client.post(decide, {FIELD: ""}).status_code == 400
    assert not Decision.objects.get().decided_at


def test_these_acts_ask_and_no_other() -> None:
    """What opens prices, decides, leaves the house or opens an account."""
    ask = {name for name, act in ACTS.items() if act.needs_proof}
    assert ask == {
        "add-webhook",
        "change-address",
        "confirm-price-opening",
        "decide",
        "export-evaluation",
        "import-evaluation",
        "make-token",
        "new-secret",
        "take-in-evaluation",
    }
    # The proxy holds back guesses there as at the login.
    counted = re.findall(r'"~\^(POST .+)" \$browser', NGINX.read_text())
    for name in ask:
        assert any(re.match(rule, f"POST /admin/act/{name}/") for rule in counted)


@pytest.mark.parametrize(
    "page",
    [
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
    ],
)
def test_these_pages_ask_before_they_open(page: str) -> None:
    common.lina()
    client = came_in()
    grow_old(client)
    assert client.get(page).headers["Location"].startswith(ASKED)


def without_password() -> User:
    lina = common.lina()
    lina.set_unusable_password()
    lina.save()
    return lina


def test_signing_asks_nobody_even_in_the_last_stage() -> None:
    where, _ = in_decision()
    draft_decision(
        evaluation=where,
        candidate=where.candidates.get(),
        rationale="It works.",
        by=where.owner,
    )
    rule = where.sign_off_rules.get(stage="decision", role="leadership")
    viktor = signed_in(stakeholders.holder("leadership"))
    grow_old(viktor)
    page = viktor.get(f"/admin/act/sign/{rule.pk}/")
    assert (page.status_code, FIELD in page.text) == (200, False)
