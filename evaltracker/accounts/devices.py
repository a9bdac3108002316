"""Browsers in which somebody has signed in before, known by a signed cookie.

It opens nothing: it lets its browser's attempts be looked at while those of strangers
have to wait. Wrong passwords given with it count against it, so that a stolen one
helps no guesser.
"""

import secrets
import time
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import User

COOKIE = f"{settings.COOKIE_PREFIX}device"
SALT = "evaltracker.accounts.devices"
LASTS = 180 * 24 * 60 * 60
# People who share a browser; beyond, the one who signed in longest ago is a stranger.
PEOPLE = 5
FAILURES, AN_HOUR = 8, 60 * 60


def is_known(request: HttpRequest, person: User) -> bool:
    """Whether `person` has signed in in this browser, which has not guessed since."""
    device = _read(request)
    known = str(person.pk) in device.get("people", [])
    return known and len(_failures(device)) < FAILURES


def note_failure(request: HttpRequest) -> None:
    """Count a wrong password against the browser, if it is known."""
    if device := _read(request):
        times = [*_failures(device), time.time()]
        cache.set(_key(device), times, AN_HOUR)


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Let this browser be known as one of `person`."""
    device = _read(request)
    others = [pk for pk in device.get("people", []) if pk != str(person.pk)]
    device = {
        "id": device.get("id") or secrets.token_urlsafe(12),
        "people": [str(person.pk), *others][:PEOPLE],
    }
    response.set_cookie(
        COOKIE,
        signing.dumps(device, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        device: dict[str, Any] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS
        )
    except signing.BadSignature:
        return {}
    return device


def _failures(device: dict[str, Any]) -> list[float]:
    since = time.time() - AN_HOUR
    return [at for at in cache.get(_key(device), []) if at > since]


def _key(device: dict[str, Any]) -> str:
    return f"device:{device['id']}"
