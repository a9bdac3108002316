"""What makes codes is encrypted at rest, and opens with the keys of before."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from pytest_django import Settings

from evaltracker.accounts.middleware import decrypt_second_factor, encrypt_second_factor
from tests.accounts.factors import code_of, give_app, recovery_code
from tests.factories import common

OTHER = "another key " + "y" * 50


@pytest.mark.django_db
def test_the_database_holds_no_secret_of_an_app_and_no_recovery_code() -> None:
    lina = common.lina()
    secret, code = give_app(lina), recovery_code(lina)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert stored.count("gAAAA") == 2
    app = Authenticator.objects.get(user=lina, type="totp").wrap()
    assert app.validate_code(code_of(secret))
    paper = Authenticator.objects.get(user=lina, type="recovery_codes").wrap()
    assert paper.validate_code(code)


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt_second_factor("JBSWY3DPEHPK3PXP") != encrypt_second_factor(
        "JBSWY3DPEHPK3PXP"
    )


def test_keys_of_before_still_open(settings: Settings) -> None:
    closed = encrypt_second_factor("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER
    assert decrypt_second_factor(closed) == "JBSWY3DPEHPK3PXP"


def test_without_the_key_no_code_fits(settings: Settings) -> None:
    closed = encrypt_second_factor("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY = OTHER
    lost = decrypt_second_factor(closed)
    assert lost != decrypt_second_factor(closed)
    assert not validate_totp_code(lost, code_of("JBSWY3DPEHPK3PXP"))


def test_what_was_stored_before_there_was_a_key_is_itself() -> None:
    assert decrypt_second_factor("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"
