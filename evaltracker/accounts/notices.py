"""Mails about logins. Their links are made when they leave, and only show a form."""

import json
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.accounts.services import key_for
from evaltracker.evaluations.account_log import at_address
from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.about import About
from evaltracker.notices.kinds import register

# Browsers in which somebody has signed in before, known by a signed cookie.
#
# It opens nothing: it lets its browser's attempts be looked at while those of strangers
# have to wait. Wrong passwords given with it for one of its people count against it, so
# that a stolen one helps no guesser.

COOKIE = f"{settings.COOKIE_PREFIX}device"
# Cookies of before were signed so; a new salt would forget every browser.
SALT = "evaltracker.accounts.devices"
LASTS = 180 * 24 * 60 * 60
# People who share a browser; beyond, the one who signed in longest ago is a stranger.
PEOPLE = 5
FAILURES = 8
AN_HOUR = 60 * 60
# What was changed of a login; browsers and systems by the mark that tells them. The
# first that is found counts: each browser names the ones before it, too.
WORDS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)


def device_of(request: HttpRequest) -> str:
    """The id of a browser in which somebody has signed in before, else blank."""
    return str(_read(request).get("id", ""))


def known_device(request: HttpRequest, person: User | None) -> str:
    """Its id if `person` has signed in in this browser, which has not guessed since."""
    device = device_of(request)
    known = person and str(person.pk) in _read(request).get("people", [])
    if known and len(of_last_hour(_key(device))) < FAILURES:
        return device
    return ""


def note_failure(device: str) -> None:
    """Count a wrong password for somebody whose browser it is; in its turn alone."""
    key = _key(device)
    cache.set(key, [*of_last_hour(key), time.time()], AN_HOUR)


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
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


def of_last_hour(key: str) -> list[float]:
    """The moments that the cache keeps under `key`."""
    since = time.time() - AN_HOUR
    return [at for at in cache.get(key, []) if at > since]


def _key(device: str) -> str:
    return f"device:{device}"


def password_path(person: User) -> str:
    """The address of the page where `person` sets a password; it works once."""
    key = default_token_generator.make_token(person)
    return reverse(
        "account_reset_password_from_key", args=[user_pk_to_url_str(person), key]
    )


class OnLogin(About[User]):
    rows: ClassVar = User.objects.all()
    key = int

    def reasons(self, notice: Notice, row: User) -> Iterable[str]:
        """None while the login works, which is asked for every kind."""
        return ()

    def page(self, notice: Notice, row: User) -> str:
        return reverse("admin:my_account")


@register
class PasswordReset(OnLogin):
    def values(self, notice: Notice, row: User) -> dict[str, str]:
        return {"name": row.get_username()}

    def page(self, notice: Notice, row: User) -> str:
        """The form for a password; the link works once and for three days."""
        return password_path(row)


@register
class LoginGiven(PasswordReset):
    def reasons(self, notice: Notice, row: User) -> Iterable[str]:
        if row.has_usable_password():
            yield f"{row.name} has a password already."


@register
class AddressConfirmation(OnLogin):
    def reasons(self, notice: Notice, row: User) -> Iterable[str]:
        if at_address(notice.address):
            yield "The address is somebody's already."

    def page(self, notice: Notice, row: User) -> str:
        """It shows whose address it becomes; a button there confirms."""
        return reverse("admin:confirm_address", args=[key_for(row, notice.address)])


@register
class AccountChanged(OnLogin):
    def values(self, notice: Notice, row: User) -> dict[str, str]:
        what = notice.occurrence.partition(":")[0]
        return {"what": WORDS["changed"].get(what, "Your login was changed")}


@register
class AccountGuessed(OnLogin):
    """Many guesses of a password, from everywhere together."""


@register
class ErasureAsked(OnLogin):
    """A person asks to be forgotten; goes to the operators, without the name."""

    def page(self, notice: Notice, row: User) -> str:
        return reverse("admin:evaluations_user_changelist")


@register
class PersonalTokenLeaked(OnLogin):
    """A token of their programs stood in an address and was revoked."""

    def page(self, notice: Notice, row: User) -> str:
        return reverse("admin:my_tokens")

    def values(self, notice: Notice, row: User) -> dict[str, str]:
        return {"prefix": notice.occurrence.partition(":")[0]}
