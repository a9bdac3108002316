"""What holds for every request of somebody who is logged in."""

import base64
import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import structlog
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from rest_framework.throttling import BaseThrottle

from evaltracker.accounts.notices import device_of, remember
from evaltracker.accounts.services import has_factor
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.proof import note_use as note_use_of_session
from evaltracker.pages.proof import why_ended
from evaltracker.pages.site import site
from evaltracker.toolbox import secrets as seal

NEEDED = (
    "A second factor is needed here. Add an authenticator app or a security key to "
    "continue. It takes a minute. Each login then asks for it."
)
# What somebody without a second factor may still open: where one is set up.
OPEN = ("account_reauthenticate", "account_logout", "logout", "login", "account_login")


def somebody(request: HttpRequest) -> User | None:
    """Who is logged in by a session; asks nothing where no session came along."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user: Any = request.user
    if not user.is_authenticated:
        return None
    records = get_authentication_records(request, user)
    user.by_sign_on = any(record["method"] == "socialaccount" for record in records)
    return cast("User", user)


def client_address(request: HttpRequest) -> str:
    """Whence a request comes; of forwarding headers only our own proxies' count."""
    return BaseThrottle().get_ident(cast("Any", request))


# Of a process's threads: the others are for pages. And of one address or known browser.
AT_ONCE = 4
A_MINUTE = 100


def turned_away() -> HttpResponse:
    page = render_to_string("429.html")
    return HttpResponse(page, status=429, headers={"Retry-After": "2"})


def take_turn(key: str) -> None:
    """Have the turn of `key` until the transaction ends, or answer 429 after 300 ms."""
    if connection.vendor != "postgresql":
        return  # it has one writer at a time
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
    for pause in (0, 0.15, 0.15):
        time.sleep(pause)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
            if cursor.fetchone()[0]:
                return
    raise ImmediateHttpResponse(turned_away())


def sign_in_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Turns away whoever posts passwords without end, before the database is asked."""
    lock = threading.Lock()
    made = Counter[str | int]()
    at_work = Counter[str]()
    asking = (f"/admin/act/{name}/" for name, act in ACTS.items() if act.needs_proof)
    doors = ("/admin/login/", "/accounts/", *asking)

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path_info.startswith(doors):
            return get_response(request)
        minute = int(time.time() // 60)
        device = device_of(request)
        caller = device or client_address(request)
        with lock:
            if minute not in made:
                made.clear()
            made.update((minute, caller))
            full = made[caller] > A_MINUTE or at_work[device] >= AT_ONCE
            at_work[device] += not full
        if full:
            return turned_away()
        try:
            return get_response(request)
        finally:
            with lock:
                at_work[device] -= 1

    return middleware


class SessionEndMiddleware(MiddlewareMixin):
    """Ends a session eight hours after its login (R35), or when nobody uses it."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if somebody(request):
            if why := why_ended(request.session):
                logout(request)
                messages.info(request, why)
            else:
                note_use_of_session(request.session)
        response: Any = self.get_response(request)
        if person := getattr(request, "signed_in_here", None):
            remember(request, response, person)
        return cast("HttpResponse", response)


class SecondFactorMiddleware(MiddlewareMixin):
    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_SECOND_FACTOR:
            return None
        match: Any = request.resolver_match
        name = match.url_name or ""
        # A session opens no call of an API.
        if name in OPEN or name.startswith("mfa_") or request.path.startswith("/api/"):
            return None
        user = somebody(request)
        if user is None or has_factor(user):
            return None
        messages.warning(request, NEEDED)
        return HttpResponseRedirect(reverse("mfa_index"))


class FrameMiddleware(MiddlewareMixin):
    """Gives the library's pages the admin's frame: navigation, colours, favicon."""

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        match = request.resolver_match
        if match and (match.route.startswith("accounts/") or match.url_name == "login"):
            frame = {
                **site.each_context(request),
                "crumbs": [("Your account", reverse("admin:my_account"))],
            }
            user = somebody(request)
            if settings.REQUIRE_SECOND_FACTOR and user and not has_factor(user):
                # Whatever the navigation offers would lead back here.
                frame["is_nav_sidebar_enabled"] = False
            response.context_data = {**frame, **(response.context_data or {})}
        return response


# A code of an authenticator app opens once, as long as it is valid.
#
# The library remembers used codes for one period, while a code is valid for three: a
# clock may be half a minute off. So the step of the last code that opened is kept with
# the app's secret, in the row that a login locks, and no code of then or before opens
# again (RFC 6238, 5.2).

LAST_STEP = "last_step"


def is_used(user: User, code: str) -> bool:
    """Whether `code` has opened before, or a later one of the same app has.

    Codes of one person are looked at in turn, until the request's transaction ends.
    """
    take_turn(f"codes:{user.pk}")
    apps = Authenticator.objects.select_for_update(no_key=True)
    app = apps.filter(user=user, type=Authenticator.Type.TOTP).first()
    step = _step_of(app, code) if app else None
    return step is not None and step <= app.data.get(LAST_STEP, 0)


def note_use(app: Authenticator, code: str) -> None:
    app.data[LAST_STEP] = _step_of(app, code)
    app.save(update_fields=["data"])


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


# Secrets of second factors, encrypted at rest: a copy of the database makes no code.

logger = structlog.get_logger(__name__)
# Every Fernet token begins with its version and the high bytes of the time.
CLOSED = "gAAAA"
PURPOSE = b"evaltracker second factors"


def encrypt_second_factor(text: str) -> str:
    return seal.encrypt(text, PURPOSE)


def decrypt_second_factor(stored: str) -> str:
    """The text that was closed; what was stored before there was a key is itself.

    Without the key that closed it nobody's code may fit, so it is then a random secret
    in the alphabet of authenticator apps.
    """
    if not stored.startswith(CLOSED):
        return stored
    text = seal.decrypt(stored, PURPOSE)
    if text is None:
        logger.warning("second_factor.unreadable", hint="SECRET_KEY has changed")
        return base64.b32encode(secrets.token_bytes(20)).decode()
    return text
