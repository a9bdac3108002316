"""Who sits there, and since when we know it: session age, and asking again (R34, R35).

A session ends a working day after the login, whatever is done meanwhile, and earlier
where nothing is done for a while. Opening prices, deciding, and what leaves the house
or opens an account ask who is there if nobody has shown it within ten minutes: by
password, second factor or a new round at the company's sign-on. The process of the
vendors loads none of this.
"""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

LOGGED_IN = "logged_in_at"
PROVED = "proved_at"
SEEN = "seen_at"
# Before the names of the fields that ask.
PROOF = "proof"
# How exactly it is known when a session was used last.
EVERY_SECONDS = 60
TOO_OLD = "You have been logged in for eight hours. Please log in again."
IDLE = (
    "You were logged out after {minutes} minutes without activity. Log in again to "
    "continue."
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


def proof_asked(request: HttpRequest) -> Any:
    """The form that asks the person who they are; None if they have shown it lately.

    It has no field for somebody whom only the company's sign-on knows. `ways` are names
    and addresses of pages that ask, too, and lead back here.
    """
    if proved_recently(request):
        return None
    user: Any = request.user
    form: Any = forms.Form(prefix=PROOF)
    if user.has_usable_password():
        if f"{PROOF}-password" in request.POST:
            typed = request.POST
        else:
            typed = None
        form = ReauthenticateForm(typed, user=user, prefix=PROOF)
    pages = get_account_adapter(request).get_reauthentication_methods(user)
    back = urlencode({"next": request.get_full_path()})
    form.ways = [
        (page["description"], f"{page['url']}?{back}")
        for page in pages
        if page["id"] != "reauthenticate"
    ]
    if not pages:
        form.ways = [
            (f"Continue with {provider.name}", _sign_on_again(request, provider))
            for provider in get_adapter(request).list_providers(request)
        ]
    return form


def is_proven(request: HttpRequest, form: Any) -> bool:
    """Whether the person has typed who they are; it is then known for a while.

    Guesses count as those of the login do.
    """
    if not form.is_bound or not ratelimit.consume(
        request, action="reauthenticate", user=request.user
    ):
        return False
    if form.is_valid():
        reauthenticate_by_password(request)
    return bool(form.is_valid())


def _sign_on_again(request: HttpRequest, provider: Any) -> str:
    """A link, because the policy lets no form of ours end at another host."""
    prompt = urlencode({"prompt": "login", "max_age": "0"})
    address: str = provider.get_login_url(
        request, process="login", next=request.get_full_path(), auth_params=prompt
    )
    return address
