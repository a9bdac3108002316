"""Who sits there, and since when we know it: session age, and asking again (R34, R35).

A session ends a working day after the login, whatever is done meanwhile. What cannot
be taken back asks who is there if nobody has shown it within ten minutes: by password,
second factor or a new round at the company's sign-on.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter as get_sign_on_adapter
from django.conf import settings
from django.http import HttpResponseRedirect

from evaltracker.errors import Refused

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

LOGGED_IN = "logged_in_at"
PROVED = "proved_at"


def note_login(session: SessionBase) -> None:
    """Remember that the person of this session has come in just now."""
    session[LOGGED_IN] = session[PROVED] = time.time()


def note_proof(session: SessionBase, at: float | None = None) -> None:
    """Remember when the person of this session showed who they are."""
    now = time.time()
    session[PROVED] = now if at is None else min(at, now)


def has_ended(session: SessionBase) -> bool:
    """Whether the login is older than a working day, or of an unknown age."""
    age = time.time() - session.get(LOGGED_IN, 0)
    return bool(age >= settings.SESSION_COOKIE_AGE)


def proved_recently(request: HttpRequest) -> bool:
    """Whether the person showed within the last ten minutes who they are."""
    age = time.time() - request.session.get(PROVED, 0)
    return bool(age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def require_proof(request: HttpRequest) -> None:
    """Go on if the person has shown lately who they are, else ask them first.

    What they were about to send is sent after they have answered; those who sign on
    elsewhere come back to the page.

    Raises:
        ReauthenticationRequired: they are asked here; the middleware shows where.
        ImmediateHttpResponse: they are asked by the company's sign-on.
        Refused: there is nothing to ask them for.

    """
    if proved_recently(request):
        return
    if get_adapter(request).get_reauthentication_methods(request.user):
        raise ReauthenticationRequired
    providers = get_sign_on_adapter(request).list_providers(request)
    if not providers:
        raise Refused(
            "This asks who you are, and you have neither a password nor a second "
            "factor. Set a password on your account page first."
        )
    raise ImmediateHttpResponse(
        HttpResponseRedirect(sign_on_again(request, providers[0]))
    )


def sign_on_again(request: HttpRequest, provider: object) -> str:
    """Where the provider asks the person anew, and then sends them back here."""
    asked = urlencode({"prompt": "login", "max_age": "0"})
    address: str = provider.get_login_url(  # type: ignore[attr-defined]
        request, process="login", next=request.get_full_path(), auth_params=asked
    )
    return address
