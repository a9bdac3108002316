"""The two cookies of the vendor pages: who asked for a code, and who is in.

A session ends two hours after the last page. That the browser says itself when that
was, under our signature, so that reading a page changes nothing here.
"""

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from vendors.services.sign_in import LIVES

IDLE_SECONDS = 2 * 60 * 60
SESSION = signing.TimestampSigner(salt="vendor-session")
BROWSER = f"{settings.COOKIE_PREFIX}vendor-browser"
BROWSER_SALT = "vendor-browser"


def _name(invitation: uuid.UUID) -> str:
    """The cookie of one invitation, so that two can be open side by side."""
    return f"{settings.COOKIE_PREFIX}vendor-{invitation.hex}"


def session_secret(request: HttpRequest, invitation: uuid.UUID) -> str:
    """What opens the pages of that invitation; blank without a fresh cookie."""
    try:
        return SESSION.unsign(
            request.COOKIES.get(_name(invitation), ""), max_age=IDLE_SECONDS
        )
    except signing.BadSignature:
        return ""


def keep_session(
    response: HttpResponseBase, invitation: uuid.UUID, secret: str
) -> None:
    """Let two hours begin anew."""
    response.set_cookie(
        _name(invitation),
        SESSION.sign(secret),
        max_age=IDLE_SECONDS,
        secure=settings.OVER_TLS,
        httponly=True,
        samesite="Lax",
    )


def forget_session(response: HttpResponseBase, invitation: uuid.UUID) -> None:
    """Take the cookie back."""
    response.delete_cookie(_name(invitation), samesite="Lax")


def browser_nonce(request: HttpRequest) -> str:
    """What marks the browser that asked for a code; blank if another one did."""
    return (
        request.get_signed_cookie(BROWSER, default="", salt=BROWSER_SALT, max_age=LIVES)
        or ""
    )


def mark_browser(response: HttpResponseBase, nonce: str) -> None:
    """Mark the browser that asks for a code."""
    response.set_signed_cookie(
        BROWSER,
        nonce,
        salt=BROWSER_SALT,
        max_age=LIVES,
        secure=settings.OVER_TLS,
        httponly=True,
        samesite="Lax",
    )
