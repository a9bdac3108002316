"""What the libraries tell, written to the account log and into the session."""

import hashlib
import time
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factor_signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount import signals as sign_on_signals
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth import signals as auth_signals
from django.core.cache import cache
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.accounts.middleware import (
    client_address,
    decrypt_second_factor,
    encrypt_second_factor,
    take_turn,
)
from evaltracker.accounts.notices import (
    AN_HOUR,
    known_device,
    note_failure,
    of_last_hour,
)
from evaltracker.evaluations.account_log import at_address, person_meant, record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.notices.services.scheduling import (
    schedule_account_mail,
    schedule_warning,
)
from evaltracker.pages.proof import note_login, note_proof, proved_recently

# A ceiling on guesses of one account over all addresses, which locks nobody out.
#
# A lock would let anybody keep the owner out. So beyond the ceiling a guess is looked
# at only if the one before it was long enough ago, and a browser in which the owner has
# signed in before (notices.py) is counted for itself. Names that nobody has are counted
# alike, so that neither the answer nor its time tells them apart.

CEILING = 20
# Seconds between one guess and the next beyond the ceiling: 32 guesses in an hour.
WAITS = (30, 60, 120, 240, 300)


def must_wait(name: str) -> bool:
    before = of_last_hour(_key(name))
    beyond = len(before) - CEILING
    if beyond < 0:
        return False
    return time.time() - before[-1] < WAITS[min(beyond, len(WAITS) - 1)]


def note_guess(name: str, person: User | None) -> None:
    guesses = [*of_last_hour(_key(name)), time.time()]
    cache.set(_key(name), guesses, AN_HOUR)
    if len(guesses) >= CEILING and person is not None:
        schedule_warning(kind="account_guessed", person=person)


def _key(name: str) -> str:
    return f"guesses:{hashlib.sha256(name.encode()).hexdigest()}"


# Guessing a password: counted exactly, however many processes are asked at once.
#
# Axes counts failures, asks before a password is looked at and forgets them on success.
# What it lacks is an order: guesses that arrive together would all be counted before
# the first has failed. So each takes its account's turn, and is counted again then.


class OneAtATime(AxesDatabaseHandler):  # type: ignore[misc]  # untyped library
    """Axes' handler with an order among the guesses of one account."""

    def is_locked(
        self, request: Any, credentials: dict[str, Any] | None = None
    ) -> bool:
        """Count, so that what is refused waits for nobody; then again in one's turn.

        A browser of the owner has a turn and a count of its own.
        """
        name = account_meant(request, credentials)
        person = person_meant(name)
        request.guess_device = known_device(request, person)
        if request.guess_device:
            take_turn(request.guess_device)
            request.guess_refused = "" if known_device(request, person) else "slowed"
        else:
            self._count(request, credentials, name)
            if not request.guess_refused:
                take_turn(name)
                self._count(request, credentials, name)
        return bool(request.guess_refused)

    def _count(self, request: Any, credentials: Any, name: str) -> None:
        """Note why a guess is refused: of this address, or of all, there are many."""
        locked = super().is_locked(request, credentials)
        soon = must_wait(name)
        if locked:
            request.guess_refused = "locked"
        elif soon:
            request.guess_refused = "slowed"
        else:
            request.guess_refused = ""


def account_meant(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """One name per account: other spellings must not win other attempts."""
    typed = str((credentials or {}).get("username") or "")
    person = person_meant(typed)
    if person:
        return person.get_username()
    return typed.strip().lower()[:255]


def same_answer(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]
) -> HttpResponse:
    """Locked reads like wrong: the page says to everybody how long a lock lasts."""
    return response


HOW = {
    "password": "password",
    "socialaccount": "single sign-on",
    "mfa": "second factor",
}


def log_login_act(
    action: AccountAction, request: HttpRequest, person: User | None, detail: str = ""
) -> None:
    record(action=action, person=person, address=client_address(request), detail=detail)


def remember_browser(request: HttpRequest, user: User) -> None:
    request.signed_in_here = user  # type: ignore[attr-defined]


@receiver(auth_signals.user_logged_in)
def on_login(request: HttpRequest, user: User, **kwargs: Any) -> None:
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
    detail = getattr(request, "guess_refused", "")
    if not detail:
        detail = "" if person else "unknown name"
        if device := getattr(request, "guess_device", ""):
            note_failure(device)
        else:
            note_guess(account_meant(request, credentials), person)
    log_login_act(AccountAction.LOGIN_FAILED, request, person, detail)


@receiver(account_signals.authentication_step_completed)
def on_proof(request: HttpRequest, user: User, method: str, **kwargs: Any) -> None:
    """Somebody who was logged in showed again who they are."""
    if kwargs.get("reauthenticated"):
        note_proof(request.session)
        log_login_act(AccountAction.PROVED, request, user, HOW.get(method, method))


@receiver(factor_signals.authentication_failed)
def on_wrong_code(request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_login_act(AccountAction.FACTOR_FAILED, request, user)


FACTOR_CHANGES = {
    factor_signals.authenticator_added: AccountAction.FACTOR_ADDED,
    factor_signals.authenticator_reset: AccountAction.FACTOR_ADDED,
    factor_signals.authenticator_removed: AccountAction.FACTOR_REMOVED,
}


@receiver([*FACTOR_CHANGES])
def on_factor(
    signal: Signal, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    kind = authenticator.get_type_display()
    log_login_act(FACTOR_CHANGES[signal], request, user, kind)


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
@receiver(account_signals.password_reset)
def on_password(request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_login_act(AccountAction.PASSWORD, request, user)
    remember_browser(request, user)


@receiver(sign_on_signals.social_account_added)
def on_connected(request: HttpRequest, sociallogin: Any, **kwargs: Any) -> None:
    log_login_act(AccountAction.SIGN_ON_ADDED, request, sociallogin.user)


@receiver(sign_on_signals.social_account_removed)
def on_disconnected(request: HttpRequest, socialaccount: Any, **kwargs: Any) -> None:
    log_login_act(AccountAction.SIGN_ON_REMOVED, request, socialaccount.user)


# One text for an unknown name, a wrong password, a stopped, locked and slowed login.
NO_MATCH = (
    f"Name and password don't match. After {settings.AXES_FAILURE_LIMIT} wrong "
    f"attempts your name is locked here for 15 minutes. After {CEILING} from "
    "anywhere, new browsers wait up to 5 minutes between attempts. “Forgot your "
    "password?” makes this browser a known one."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Accounts are given, guesses are axes' to count, and mail is owed, not sent."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_MATCH,
        "email_password_mismatch": NO_MATCH,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        return authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not proved_recently(self.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:my_account")

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """Owe the mail: it outlives a mail server that is down, and so does the page.

        A page that fails when a mail cannot leave would tell which addresses exist.
        """
        # The library writes others where it offers more than we do.
        if template_prefix == "account/email/password_reset_key":
            schedule_account_mail(kind="password_reset", person=context["user"])

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: Any = None,
        email: str | None = None,
    ) -> None:
        if user.email:
            what = template_prefix.rpartition("/")[2]
            schedule_account_mail(kind="account_changed", person=user, what=what)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped library
    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return encrypt_second_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_second_factor(encrypted_text)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped library
    """The company's single sign-on: it says who somebody is, we say who may come in."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        login = sociallogin.state.get("process") == AuthProcess.LOGIN
        if not login or sociallogin.is_existing:
            return
        for address in verified_addresses(sociallogin):
            people = [person for person in at_address(address) if person.is_active]
            if len(people) == 1:
                sociallogin.connect(request, people[0])
                return

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any
    ) -> None:
        """What went wrong there is in the log of the process; that it did is here."""
        log_login_act(AccountAction.LOGIN_FAILED, request, None, "single sign-on")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.OIDC_CREATE_ACCOUNTS and bool(verified_addresses(sociallogin))

    def save_user(
        self, request: HttpRequest, sociallogin: Any, form: Any = None
    ) -> Any:
        """A new person may log in and sees nothing until somebody gives them a part."""
        person = sociallogin.user
        person.is_staff = True
        person.time_zone = settings.TIME_ZONE
        return super().save_user(request, sociallogin, form)


def verified_addresses(sociallogin: Any) -> list[str]:
    return [
        address.email for address in sociallogin.email_addresses if address.verified
    ]
