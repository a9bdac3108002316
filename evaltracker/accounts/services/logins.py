"""What operators do to a login: give it a password, stop it, help with a lost phone."""

import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from evaltracker.accounts.services.people import require_operator, set_checked_password
from evaltracker.errors import Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import CachedValue, User
from evaltracker.notices.services.account_mail import owe_account_mail

A_DAY = datetime.timedelta(days=1)


@transaction.atomic
def set_password(*, person: User, password: str, by: User) -> User:
    """Give a person a new password; their open sessions end.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: the password is easy to guess.

    """
    require_operator(by)
    set_checked_password(person, password)
    person.save(update_fields=["password"])
    record(action=AccountAction.PASSWORD, person=person, by=by)
    return person


@transaction.atomic
def set_active(*, person: User, active: bool, by: User) -> User:
    """Stop a person from logging in, or let them again; at once.

    Raises:
        Forbidden: `by` is not an operator.
        Refused: an operator would lock themselves out, or the person is erased.

    """
    require_operator(by)
    if person.pk == by.pk:
        raise Refused("You cannot stop your own login; another operator has to.")
    if person.erased_at:
        raise Refused("This person is erased and can no longer log in.")
    if person.is_active == active:
        raise Refused(
            f"The login of {person.name} {'works' if active else 'is stopped'} already."
        )
    person.is_active = active
    person.save(update_fields=["is_active"])
    done = AccountAction.ALLOWED if active else AccountAction.STOPPED
    record(action=done, person=person, by=by)
    return person


@transaction.atomic
def reset_factors(*, person: User, by: User) -> User:
    """Take a person's second factors, as when a phone is lost, and end their sessions.

    Raises:
        Forbidden: `by` is not an operator. Refused: there are none.

    """
    check_reset_factors(person, by)
    return _reset_factors(person, by=by, detail="all")


@transaction.atomic
def reset_factors_on_server(*, person: User) -> User:
    """The same by whoever may run commands on the server, as when no operator can log
    in.

    Raises:
        Refused: there are none.

    """
    return _reset_factors(person, by=None, detail="all, by a command on the server")


def check_reset_factors(person: User, by: User) -> None:
    """Operators take them from whoever has some."""
    require_operator(by)
    require_factors(person)


def require_factors(person: User) -> None:
    """Refuse a person without a second factor."""
    if not Authenticator.objects.filter(user=person).exists():
        raise Refused(f"{person.name} has no second factor.")


def _reset_factors(person: User, *, by: User | None, detail: str) -> User:
    require_factors(person)
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    record(action=AccountAction.FACTOR_REMOVED, person=person, by=by, detail=detail)
    if person.email:
        owe_account_mail(kind="account_changed", person=person, what="factors_reset")
    return person


def end_sessions(person: User) -> None:
    """Log a person out wherever they are logged in."""
    for session in UserSession.objects.filter(user=person):
        session.end()


@transaction.atomic
def forget_what_is_over() -> None:
    """Drop sessions that have ended, guesses that no lock counts any more, and what
    the default cache was to remember until now.

    In the field for the name people also type what nobody should keep.
    """
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    lasting = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=lasting).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - A_DAY).delete()
    CachedValue.objects.filter(expires__lt=now).delete()
