"""An authenticator app, as its owner uses it."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)

from evaltracker.evaluations.models import User


def give_app(user: User) -> str:
    """An authenticator app and recovery codes; the app's secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time() // 30) + steps))
    return shown


def recovery_code(user: User) -> str:
    """One of the codes on paper."""
    held = Authenticator.objects.get(user=user, type="recovery_codes")
    code: str = held.wrap().get_unused_codes()[0]
    return code
