"""The account's pages in a real browser, under the real Content-Security-Policy."""

from typing import Any

import pytest

from evaltracker.evaluations.models import User
from tests.accounts.browsing import check
from tests.accounts.provider import Provider
from tests.browser import Watched
from tests.factories import common

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INSIDE = (
    "/admin/account/",
    "/admin/act/change-details/",
    "/admin/act/change-address/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
)
OUTSIDE = (
    "/admin/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-no/",
    "/accounts/password/reset/key/done/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/3rdparty/login/cancelled/",
)


@pytest.fixture
def lina() -> User:
    return common.lina()


@pytest.mark.nightly(
    reason="twenty pages in two widths and lights; each push opens them without a "
    "browser, and looks at an account's page with axe where a factor is added",
    short="tests/accounts/test_pages_open.py::test_every_page_opens_under_the_policy",
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_silent_accessible_and_fits(
    watched: Watched, lina: User, provider: Provider, scheme: Any
) -> None:
    watched.page.emulate_media(color_scheme=scheme)
    for path in OUTSIDE:
        check(watched, path)
    watched.log_in("lina")
    for path in INSIDE:
        check(watched, path)


@pytest.mark.nightly(
    reason="each push goes the same way over HTTP",
    short="tests/accounts/test_sign_on.py"
    "::test_a_person_is_known_by_a_verified_address_and_then_for_good",
)
def test_single_sign_on_is_a_button_that_brings_back(
    watched: Watched, lina: User, provider: Provider
) -> None:
    provider.person = {"sub": "1", "email": lina.email, "email_verified": True}
    watched.open("/admin/login/?next=/admin/account/")
    watched.page.get_by_role("link", name="Log in with Example sign-on").click()
    watched.page.get_by_role("heading", name="Your account").wait_for()
    # The other party is a foreign host by nature.
    watched.complaints = [
        complaint for complaint in watched.complaints if provider.home not in complaint
    ]
