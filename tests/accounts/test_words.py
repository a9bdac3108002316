"""The library's pages in our words: labels, rules for passwords, keys for digits."""

import re

import pytest
from django.test import Client

from evaltracker.accounts.templatetags.logins import browser
from tests.accounts.conftest import log_in
from tests.accounts.factors import give_app
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db


def labels(page: str) -> list[str]:
    return re.findall(r"<label for=\"id_[^>]*>([^<]+)", page)


def test_a_password_is_changed_by_fields_that_say_so_once() -> None:
    page = signed_in(common.lina()).get("/accounts/password/change/").text
    words = ["Current password", "New password", "New password again"]
    assert labels(page) == words
    assert "placeholder" not in page.partition("<form")[2].partition("</form")[0]


def test_the_rules_for_a_password_stand_where_its_field_says() -> None:
    page = signed_in(common.lina()).get("/accounts/password/change/").text
    told = re.search(r'id="(id_password1_helptext)">([^<]*)</p>', page)
    assert told is not None
    assert f'aria-describedby="{told[1]}"' in page
    assert "at least 12 characters" in told[2]


def test_a_forgotten_one_asks_for_a_mail_address_by_its_name_here() -> None:
    assert labels(Client().get("/accounts/password/reset/").text) == ["Mail address"]


def test_codes_of_a_second_factor_bring_up_the_keys_of_digits() -> None:
    lina = common.lina()
    adding = signed_in(lina).get("/accounts/2fa/totp/activate/").text
    give_app(lina)
    client = Client()
    log_in(client, "lina")
    asked = client.get("/accounts/2fa/authenticate/").text
    for page in (adding, asked):
        field = re.search(r'<input[^>]*name="code"[^>]*>', page)
        assert field is not None
        assert 'inputmode="numeric"' in field[0]
        assert 'autocomplete="one-time-code"' in field[0]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
            "Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) "
            "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox on Linux",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "unknown"),
    ],
)
def test_a_login_is_known_again_by_its_browser(agent: str, name: str) -> None:
    assert browser(agent) == name


def test_what_calls_itself_markup_stays_text() -> None:
    client = Client(headers={"user-agent": "<b>x</b>"})
    common.lina()
    log_in(client, "lina")
    page = client.get("/accounts/sessions/").text
    assert "&lt;b&gt;x&lt;/b&gt;</span>" in page
    assert "<b>x</b>" not in page
