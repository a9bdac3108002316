"""Second factors as their owner meets them: app, key, and being asked again."""

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from evaltracker.evaluations.models import User
from tests.accounts.browsing import check, give_password, press
from tests.accounts.factors import code_of, give_app
from tests.browser import Watched
from tests.factories import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lina() -> User:
    return common.lina()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_sessions.py"
    "::test_the_others_are_logged_out_from_the_list",
)
def test_an_app_is_set_up_at_the_first_login_and_asked_for_at_the_next(
    watched: Watched, lina: User, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 900})
    give_password(watched)
    page.get_by_text("A second factor is needed here.").wait_for()
    assert not page.get_by_role("link", name="Evaluations").is_visible()
    page.get_by_role("link", name="Add an app").click()
    picture = page.get_by_alt_text("The secret below as a QR code")
    assert picture.evaluate("one => one.naturalWidth") > 0
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator(".et-codes li").count() == 10
    assert watched.barriers() == []
    watched.open("/admin/account/")
    page.get_by_role("button", name="account menu").click()
    press(watched, "Log out")
    page.wait_for_url("**/login/**")
    give_password(watched)
    page.get_by_role("heading", name="Your second factor").wait_for()
    assert watched.barriers() == []
    page.get_by_label("Code").fill(code_of(secret))
    press(watched, "Log in")
    page.wait_for_url(f"{watched.home}/admin/")


def test_a_security_key_is_added_and_lets_in(watched: Watched, lina: User) -> None:
    page = watched.page
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    browser.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    watched.log_in("lina")
    watched.open("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    check(watched, "/accounts/2fa/webauthn/")
    assert page.get_by_role("row", name="Blue key").is_visible()
    page.context.clear_cookies()
    give_password(watched)
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{watched.home}/admin/")


@pytest.mark.nightly(
    reason="each push adds a key in a browser and logs in by it",
    short="::test_a_security_key_is_added_and_lets_in[chromium]",
)
def test_a_key_that_is_not_used_is_told_on_the_page(
    watched: Watched, lina: User
) -> None:
    page = watched.page
    watched.log_in("lina")
    page.add_init_script("navigator.credentials.create = () => Promise.reject('no')")
    watched.open("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("alert").filter(has_text="The key did not work").wait_for()
    assert watched.barriers() == []


@pytest.mark.nightly(
    reason="each push asks and answers by the same addresses",
    short="tests/accounts/test_proof.py::test_a_code_answers_as_well_as_the_password",
)
def test_asking_again_offers_every_way_and_comes_back(
    watched: Watched, lina: User
) -> None:
    secret = give_app(lina)
    page = watched.page
    give_password(watched)
    page.get_by_label("Code").fill(code_of(secret))
    press(watched, "Log in")
    page.wait_for_url(f"{watched.home}/admin/")
    check(watched, "/accounts/reauthenticate/?next=/admin/account/")
    watched.grow_old()
    watched.open("/admin/account/")
    page.get_by_role("link", name="Change the mail address").click()
    dialog = page.locator("dialog.et-dialog[open]")
    dialog.get_by_label("New mail address").fill("lead@example.com")
    dialog.get_by_role("link", name="Use authenticator app or code").click()
    # The code that let in is used up; the app's next one is valid already.
    page.get_by_label("Code").fill(code_of(secret, steps=1))
    page.get_by_role("button", name="Continue").click()
    # It comes back to the dialog, filled in, which asks no more.
    expect(dialog.get_by_label("New mail address")).to_have_value("lead@example.com")
    expect(dialog.get_by_label("Password")).to_have_count(0)
    assert page.url == f"{watched.home}/admin/account/"
