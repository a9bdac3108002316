"""A code of an authenticator app opens once, as long as it is valid.

The library remembers used codes for one period, while a code is valid for three: a
clock may be half a minute off. So the step of the last code that opened is kept with
the app's secret, in the row that a login locks, and no code of then or before opens
again (RFC 6238, 5.2).
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt

from evaltracker.evaluations.models import User

LAST_STEP = "last_step"


def is_used(user: User, code: str) -> bool:
    """Whether `code` has opened before, or a later one of the same app has.

    Codes of one person queue up here until the request's transaction ends.
    """
    app = _app_of(user)
    if app is None:
        return False
    step = _step_of(app, code)
    return step is not None and step <= app.data.get(LAST_STEP, 0)


def note_use(app: Authenticator, code: str) -> None:
    """Remember that `code` opened."""
    app.data[LAST_STEP] = _step_of(app, code)
    app.save(update_fields=["data"])


def _app_of(user: User) -> Authenticator | None:
    apps = Authenticator.objects.select_for_update(no_key=True).filter(
        user=user, type=Authenticator.Type.TOTP
    )
    first: Authenticator | None = apps.first()
    return first


def _step_of(app: Authenticator, code: str) -> int | None:
    """The last of the half minutes of now for which the app shows `code`."""
    secret = decrypt(app.data["secret"])
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if compare_user_code(
            actual=code, expected=format_hotp_value(hotp_value(secret, step))
        )
    ]
    return max(steps, default=None)
