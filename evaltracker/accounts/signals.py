"""What the libraries tell, written to the account log and into the session."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor_signals
from allauth.socialaccount import signals as sign_on_signals
from django.contrib.auth import signals as auth_signals
from django.dispatch import receiver
from django.http import HttpRequest

from evaltracker.accounts.devices import note_failure
from evaltracker.accounts.lockout import account_meant, client_address
from evaltracker.accounts.slowing import note_guess
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.evaluations.selectors import person_meant
from evaltracker.pages.reauthentication import note_login, note_proof

HOW = {
    "password": "password",
    "socialaccount": "single sign-on",
    "mfa": "second factor",
}


def log_login_act(
    action: AccountAction, request: HttpRequest, person: User | None, detail: str = ""
) -> None:
    """Write down what somebody did to their own login, and whence."""
    record(action=action, person=person, address=client_address(request), detail=detail)


def remember_browser(request: HttpRequest, user: User) -> None:
    """Ask the middleware to let this browser be known as one of `user`."""
    request.signed_in_here = user  # type: ignore[attr-defined]


@receiver(auth_signals.user_logged_in)
def on_login(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session's clock starts."""
    note_login(request.session)
    records = get_authentication_records(request, user)
    how = ", ".join(HOW.get(record["method"], record["method"]) for record in records)
    log_login_act(AccountAction.LOGGED_IN, request, user, how)
    remember_browser(request, user)


@receiver(account_signals.user_logged_in)
def on_sign_on(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A silent sign-on proves nothing now: it counts from when the provider asked."""
    sociallogin = kwargs.get("sociallogin")
    if sociallogin is None:
        return
    claims = sociallogin.account.extra_data.get("id_token") or {}
    asked_at = claims.get("auth_time")
    if isinstance(asked_at, int | float):
        note_proof(request.session, float(asked_at))


@receiver(auth_signals.user_logged_out)
def on_logout(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """By the person, or at the end of the eight hours."""
    if user is not None:
        log_login_act(AccountAction.LOGGED_OUT, request, user)


@receiver(auth_signals.user_login_failed)
def on_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Whose password was wrong, or that nobody has the name; never what was typed."""
    if request is None:
        return
    person = person_meant(str(credentials.get("username") or ""))
    if getattr(request, "guess_slowed", False):
        detail = "slowed"
    elif getattr(request, "axes_locked_out", False):
        detail = "locked"
    else:
        detail = "" if person else "unknown name"
        note_guess(account_meant(request, credentials), person)
        note_failure(request)
    log_login_act(AccountAction.LOGIN_FAILED, request, person, detail)


@receiver(account_signals.authentication_step_completed)
def on_proof(request: HttpRequest, user: User, method: str, **kwargs: Any) -> None:
    """Somebody who was logged in showed again who they are."""
    if kwargs.get("reauthenticated"):
        note_proof(request.session)
        log_login_act(AccountAction.PROVED, request, user, HOW.get(method, method))


@receiver(factor_signals.authentication_failed)
def on_wrong_code(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The password was right, the code was not."""
    log_login_act(AccountAction.FACTOR_FAILED, request, user)


@receiver(factor_signals.authenticator_added)
@receiver(factor_signals.authenticator_reset)
def on_factor(
    request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """An app, a key, or a set of recovery codes."""
    kind = authenticator.get_type_display()
    log_login_act(AccountAction.FACTOR_ADDED, request, user, kind)


@receiver(factor_signals.authenticator_removed)
def on_factor_gone(
    request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """The same, taken away by its owner."""
    kind = authenticator.get_type_display()
    log_login_act(AccountAction.FACTOR_REMOVED, request, user, kind)


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
@receiver(account_signals.password_reset)
def on_password(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """By its owner, or by whoever has the mail."""
    log_login_act(AccountAction.PASSWORD, request, user)
    remember_browser(request, user)


@receiver(sign_on_signals.social_account_added)
def on_connected(request: HttpRequest, sociallogin: Any, **kwargs: Any) -> None:
    """The provider's person and ours are one."""
    log_login_act(AccountAction.SIGN_ON_ADDED, request, sociallogin.user)


@receiver(sign_on_signals.social_account_removed)
def on_disconnected(request: HttpRequest, socialaccount: Any, **kwargs: Any) -> None:
    """They are two again."""
    log_login_act(AccountAction.SIGN_ON_REMOVED, request, socialaccount.user)
