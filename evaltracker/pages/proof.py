"""Who sits there, and since when we know it: session age, and asking again (R34, R35).

A session ends a working day after the login, whatever is done meanwhile, and earlier
where nothing is done for a while. What cannot be taken back asks who is there if
nobody has shown it within ten minutes: by password, second factor or a new round at
the company's sign-on. The process of the vendors loads none of this.
"""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

LOGGED_IN = "logged_in_at"
PROVED = "proved_at"
SEEN = "seen_at"
# How exactly it is known when a session was used last.
EVERY_SECONDS = 60
TOO_OLD = "You have been logged in for eight hours. Please log in again."
IDLE = (
    "You have been logged out because you did nothing here for {minutes} minutes. Log "
    "in again to go on where you were."
)


def note_login(session: SessionBase) -> None:
    session[LOGGED_IN] = session[PROVED] = session[SEEN] = time.time()


def note_proof(session: SessionBase, at: float | None = None) -> None:
    now = time.time()
    session[PROVED] = now if at is None else min(at, now)


def why_ended(session: SessionBase) -> str:
    """Why the login counts no more, in a sentence; blank while it counts.

    It is older than a working day, of an unknown age, or nobody used it for a while.
    """
    now = time.time()
    since = session.get(LOGGED_IN, 0)
    if now - since >= settings.SESSION_COOKIE_AGE:
        return TOO_OLD
    if now - session.get(SEEN, since) >= settings.SESSION_IDLE_MINUTES * 60:
        return IDLE.format(minutes=settings.SESSION_IDLE_MINUTES)
    return ""


def note_use(session: SessionBase) -> None:
    """Remember that the session is used; written down once a minute at most."""
    now = time.time()
    if now - session.get(SEEN, 0) >= EVERY_SECONDS:
        session[SEEN] = now


def proved_recently(request: HttpRequest) -> bool:
    age = time.time() - request.session.get(PROVED, 0)
    return bool(age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def require_proof(request: HttpRequest) -> None:
    """Go on if the person has shown lately who they are, else ask them first.

    What they were about to send is sent after they have answered; those who sign on
    elsewhere come back to the page.

    Raises:
        ReauthenticationRequired: they are asked here; the middleware shows where.
        ImmediateHttpResponse: they are asked by the company's sign-on.
    """
    if proved_recently(request):
        return
    if get_adapter(request).get_reauthentication_methods(request.user):
        raise ReauthenticationRequired
    back = urlencode({"next": request.get_full_path()})
    page = f"{reverse('admin:sign_on_again')}?{back}"
    raise ImmediateHttpResponse(HttpResponseRedirect(page))


def sign_on_again(request: HttpRequest, provider: Any, back: str) -> str:
    prompt = urlencode({"prompt": "login", "max_age": "0"})
    address: str = provider.get_login_url(
        request, process="login", next=back, auth_params=prompt
    )
    return address
