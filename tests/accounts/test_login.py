"""One login page; what it answers tells nobody who has an account (T23)."""

from typing import Any

import pytest
from django.test import Client

from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, User
from tests.accounts.conftest import log_in
from tests.factories import common
from tests.factories.common import PASSWORD

pytestmark = pytest.mark.django_db

LIMIT = 8


def bare(page: str) -> str:
    """A page without its one-time token and the name that was typed."""
    lines = page.splitlines()
    return "\n".join(
        line for line in lines if "csrf" not in line and 'name="username"' not in line
    )


def fail(username: str, times: int = LIMIT) -> None:
    for _ in range(times):
        log_in(Client(), username, "guess")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin/]",
)
def test_unknown_wrong_stopped_and_locked_read_alike() -> None:
    common.lina()
    User.objects.filter(pk=common.noor().pk).update(is_active=False)
    common.otto()
    fail("otto")
    pages = [
        log_in(Client(), "nobody-here", "guess"),
        log_in(Client(), "nobody@example.com", "guess"),
        log_in(Client(), "lina", "guess"),
        log_in(Client(), "noor", PASSWORD),
        log_in(Client(), "otto", PASSWORD),
    ]
    assert {page.status_code for page in pages} == {200}
    assert len({bare(page.text) for page in pages}) == 1
    assert "don&#x27;t match" in pages[0].text


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin/]",
)
def test_a_name_is_locked_in_every_spelling_and_by_its_address_too() -> None:
    common.lina()
    spellings = ["lina", "LINA", "Lina ", "lina@example.com", "Lina@Example.com"]
    for number in range(LIMIT):
        log_in(Client(), spellings[number % len(spellings)], "guess")
    for spelling in spellings:
        assert log_in(Client(), spelling).status_code == 200
    assert not AccountEntry.objects.filter(action=AccountAction.LOGGED_IN).exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin/]",
)
def test_a_lock_ends_after_a_quarter_of_an_hour(time_machine: Any) -> None:
    time_machine.move_to("2027-02-01 08:00+00:00")
    common.lina()
    fail("lina")
    assert log_in(Client(), "lina").status_code == 200
    time_machine.shift(15 * 60 + 1)
    assert log_in(Client(), "lina").status_code == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin/]",
)
def test_one_persons_lock_is_nobody_elses() -> None:
    common.lina()
    common.otto()
    fail("lina")
    assert log_in(Client(), "otto").status_code == 302


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded"]
)
def test_header_games_win_no_more_guesses(name: str) -> None:
    common.lina()
    for number in range(LIMIT):
        client = Client(headers={name: f"10.0.0.{number}", "User-Agent": str(number)})
        log_in(client, "lina", "guess")
    late = Client(headers={name: "10.9.9.9", "User-Agent": "other"})
    assert log_in(late, "lina").status_code == 200


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_next_is_followed_if_it_is_ours[https://evil.example/-/admin/]",
)
def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(settings: Any) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    common.lina()
    for number in range(LIMIT):
        seen = f"10.0.0.{number}, 192.0.2.7"
        log_in(Client(headers={"X-Forwarded-For": seen}), "lina", "guess")
    same, other = (
        Client(headers={"X-Forwarded-For": f"10.1.1.1, {address}"})
        for address in ("192.0.2.7", "192.0.2.8")
    )
    assert log_in(same, "lina").status_code == 200
    assert log_in(other, "lina").status_code == 302


def test_both_addresses_are_the_same_page() -> None:
    pages = [Client().get(path) for path in ("/admin/login/", "/accounts/login/")]
    texts = [bare(page.text).replace(page.request["PATH_INFO"], "") for page in pages]
    assert texts[0] == texts[1]
    common.lina()
    data = {"username": "lina@example.com", "password": PASSWORD}
    assert Client().post("/accounts/login/", data).headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/admin/account/", "/admin/account/"),
        ("/admin/e/a/matrix/?filter=must#c", "/admin/e/a/matrix/?filter=must#c"),
        ("//evil.example", "/admin/"),
        ("https:///evil.example", "/admin/"),
        ("https://evil.example/", "/admin/"),
        ("\\\\evil.example", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_next_is_followed_if_it_is_ours(wanted: str, got: str) -> None:
    common.lina()
    client = Client()
    client.get("/admin/login/", {"next": wanted})
    answer = log_in(client, "lina", next=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (302, got)


def test_who_has_no_access_is_told_so_and_not_sent_round_in_circles() -> None:
    User.objects.filter(pk=common.noor().pk).update(is_staff=False)
    client = Client()
    log_in(client, "noor")
    assert client.get("/admin/").status_code == 302
    page = client.get("/admin/login/?next=/admin/")
    assert page.status_code == 403
    assert "no access" in page.text
