"""Who can log in: added, changed and stopped by the operator, never deleted.

Whoever has the right to add people may do so too, and no more. People belong to no
evaluation, so what happens to them is written to the account log, not to a journal.
"""

import datetime
import re
import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.account_log import at_address, record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import (
    AccountEntry,
    CachedValue,
    Evaluation,
    Notice,
    PersonalToken,
    User,
)
from evaltracker.evaluations.policy import change, checked, lock, may_add_people
from evaltracker.notices.services.scheduling import schedule_account_mail
from evaltracker.toolbox.days import instant_of, today_in
from evaltracker.toolbox.secrets import digest_of, new_token
from evaltracker.toolbox.text import free_name

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
SALT = "evaltracker.address"
LASTS = 3 * 24 * 60 * 60
USED_UP = (
    "This link was used, has expired, or is for another person. Ask for a new one."
)


def key_for(person: User, address: str) -> str:
    """What a link carries that lets `person` confirm `address`, once."""
    payload = {"person": person.pk, "new": address, "old": person.email}
    return signing.dumps(payload, salt=SALT)


def address_in(key: str, by: User) -> str:
    """The address that `by` confirms with that key.

    Raises:
        Refused: it is forged, too old, used up or somebody else's.
    """
    try:
        payload = signing.loads(key, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise Refused(USED_UP) from error
    if (payload["person"], payload["old"]) != (by.pk, by.email):
        raise Refused(USED_UP)
    address: str = payload["new"]
    return address


@transaction.atomic
def ask_for_address(*, address: str, by: User) -> None:
    """Owe a mail with a link to the new address; nothing changes before it is used.

    Raises:
        Invalid: somebody here has it already.
    """
    address = address.lower()
    if at_address(address):
        raise Invalid("Somebody has this address already.", field="email")
    schedule_account_mail(kind="address_confirmation", person=by, address=address)


@transaction.atomic
def confirm_address(*, key: str, by: User) -> User:
    """Take the new address; the one before is told.

    Raises:
        Refused: the key does not hold. Invalid: somebody took the address meanwhile.
    """
    before = by.email
    change(by, email=address_in(key, by))
    forget_addresses(by)
    record(action=AccountAction.ADDRESS, person=by, by=by)
    if before:
        # Its reader can still object.
        schedule_account_mail(
            kind="account_changed", person=by, address=before, what="email_changed"
        )
    return by


def forget_addresses(person: User) -> None:
    EmailAddress.objects.filter(user=person).delete()


EDITABLE = ("first_name", "last_name", "email", "time_zone")
OWN = ("first_name", "last_name", "time_zone", "search_by_slash")
# What an operator may let somebody do beside taking part.
RIGHTS = {
    "add_evaluation": "Start evaluations and own them",
    "add_user": "Add people and say which roles are theirs",
    "view_entry": "Audit: find the lists of all evaluations under Administration",
}


def may_run_accounts(user: User) -> bool:
    return user.is_active and user.is_superuser


@transaction.atomic
def add_person(
    *,
    username: str,
    by: User,
    password: str = "",
    email: str = "",
    rights: Iterable[str] = (),
    **fields: str,
) -> User:
    """Give somebody a login; their part in an evaluation is given there.

    Without a password they get a mail with a link to set one.

    Raises:
        Forbidden: `by` is not an operator. Invalid: the name or address is taken, the
        password is easy to guess, or there is neither a password nor an address.
    """
    require_operator(by)
    if not password and not email:
        raise Invalid(
            "Give a password, or an address that a link can be sent to.",
            field="password",
        )
    person = _new(username=username, email=email, **fields)
    if password:
        set_checked_password(person, password)
    _save_new(person, by)
    _let(person, rights)
    if not password:
        invite(person=person, by=by)
    return person


@transaction.atomic
def add_colleague(*, email: str, by: User, **fields: str) -> User:
    """Give somebody a login by name and address; they get a mail with a link.

    Raises:
        Forbidden: `by` may not add people. Invalid: somebody with this address can log
        in already.
    """
    require_may_add_people(by)
    if at_address(email):
        raise Invalid(
            "Somebody has this address already; choose them by name.", field="email"
        )
    person = _new(username=free_username(email), email=email, **fields)
    _save_new(person, by)
    invite(person=person, by=by)
    return person


@transaction.atomic
def invite(*, person: User, by: User) -> User:
    """Owe a person the mail with the link to set their first password.

    Raises:
        Forbidden: `by` may not add people. Refused: they have a password, no address,
        or a stopped login.
    """
    require_may_add_people(by)
    if person.has_usable_password():
        raise Refused(f"{person.name} has a password already.")
    if not person.email or not person.is_active:
        raise Refused(f"{person.name} has no address, or no login any more.")
    schedule_account_mail(kind="login_given", person=person)
    record(action=AccountAction.INVITED, person=person, by=by)
    return person


def require_may_add_people(by: User) -> None:
    if not may_add_people(by):
        raise Forbidden("Only people with the right to add people may do this.")


@transaction.atomic
def change_person(
    *, person: User, by: User, rights: Iterable[str] = (), **values: Any
) -> User:
    """Change a person's names, address, zone and rights.

    Raises:
        Forbidden: `by` is not an operator. Invalid: with the sentences by field.
    """
    require_operator(by)
    _, after = change(person, **{key: values[key] for key in EDITABLE if key in values})
    if "email" in after:
        forget_addresses(person)
    _let(person, rights)
    detail = ", ".join(sorted(after))
    record(action=AccountAction.CHANGED, person=person, by=by, detail=detail)
    return person


@transaction.atomic
def change_own_details(*, by: User, **values: Any) -> User:
    """Change one's own names, zone and keys; the address needs to be confirmed first.

    Raises:
        Invalid: with the sentences by field.
    """
    _, after = change(by, **{key: values[key] for key in OWN if key in values})
    if after:
        detail = ", ".join(sorted(after))
        record(action=AccountAction.CHANGED, person=by, by=by, detail=detail)
    return by


def set_checked_password(person: User, password: str) -> None:
    """Set it without saving.

    Raises:
        Invalid: it is easy to guess.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        sentences = list(error.messages)
        raise Invalid(sentences[0], errors={"password": sentences}) from error
    person.set_password(password)


def require_operator(by: User) -> None:
    if not may_run_accounts(by):
        raise Forbidden("Only an operator of this installation may do this.")


def free_username(email: str) -> str:
    wanted = re.sub(r"[^\w.+-]", "", email.partition("@")[0].lower())[:140] or "person"
    taken = User.objects.filter(username__istartswith=wanted)
    names = taken.values_list("username", flat=True)
    return free_name(wanted, {name.lower() for name in names}, "")


def _new(*, username: str, email: str, **fields: Any) -> User:
    person = User(
        username=User.normalize_username(username),
        email=email.lower(),
        is_staff=True,
        **fields,
    )
    person.set_unusable_password()
    return person


def _save_new(person: User, by: User | None) -> None:
    checked(person)
    person.save()
    record(action=AccountAction.ADDED, person=person, by=by)


def _let(person: User, rights: Iterable[str]) -> None:
    known = Permission.objects.filter(content_type__app_label="evaluations")
    person.user_permissions.remove(*known.filter(codename__in=RIGHTS))
    person.user_permissions.add(*known.filter(codename__in=RIGHTS.keys() & set(rights)))


A_DAY = datetime.timedelta(days=1)


@transaction.atomic
def set_password(*, person: User, password: str, by: User) -> User:
    """Give a person a new password; their open sessions end.

    Raises:
        Forbidden: `by` is not an operator. Invalid: the password is easy to guess.
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
        Forbidden: `by` is not an operator. Refused: an operator would lock themselves
        out, or the person is erased.
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
    if not active:
        _end_tokens(person.tokens.live(), by)
    if active:
        done = AccountAction.ALLOWED
    else:
        done = AccountAction.STOPPED
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
    require_operator(by)
    require_factors(person)


def require_factors(person: User) -> None:
    if not Authenticator.objects.filter(user=person).exists():
        raise Refused(f"{person.name} has no second factor.")


def _reset_factors(person: User, *, by: User | None, detail: str) -> User:
    require_factors(person)
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    record(action=AccountAction.FACTOR_REMOVED, person=person, by=by, detail=detail)
    if person.email:
        schedule_account_mail(
            kind="account_changed", person=person, what="factors_reset"
        )
    return person


def end_sessions(person: User) -> None:
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


# Forgetting a person: everywhere but where their name is part of a proof.
#
# docs/accounts.md says what stays: journal entries, the name printed on a signature,
# and documents that were signed or frozen. Hashes cover these, and that somebody agreed
# to something is what they are kept for.

NOBODY = "Erased person"
# Reserved for never being anybody's.
NOWHERE = "erased@example.invalid"


@transaction.atomic
def ask_for_erasure(*, by: User) -> User:
    """Ask the operators to erase oneself; they get a mail, the list of users says so.

    Raises:
        Refused: it was asked already.
    """
    if by.erasure_asked_at:
        raise Refused("You have asked already. Wait for an operator.")
    by.erasure_asked_at = timezone.now()
    by.save(update_fields=["erasure_asked_at"])
    record(action=AccountAction.ERASURE_ASKED, person=by, by=by)
    for operator in User.objects.filter(is_superuser=True, is_active=True):
        if operator.email:
            schedule_account_mail(kind="erasure_asked", person=operator)
    return by


def check_erase_person(person: User, by: User) -> None:
    """Operators erase others, once what these own has ended.

    Raises:
        Forbidden: no operator. Refused: oneself, erased, or an owner of something open.
    """
    require_operator(by)
    if person.pk == by.pk:
        raise Refused("You cannot erase yourself; another operator has to.")
    if person.erased_at:
        raise Refused("This person is erased already.")
    owned = Evaluation.objects.filter(owner=person, status="open").first()
    if owned is not None:
        raise Refused(
            f"{person.name} owns “{owned}”, which is still open. It has to be "
            "decided or cancelled first."
        )


@transaction.atomic
def erase_person(*, person: User, by: User) -> User:
    """Put “Erased person” in place of a name and address, for ever.

    The row stays, so that everything that points to it still does. Sessions end at
    once, mail that is still owed does not leave.

    Raises:
        Forbidden: `by` is not an operator. Refused: it is `by`, somebody who runs an
        open evaluation, or done already.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    check_erase_person(person, by)
    _forget_login(person)
    _end_tokens(person.tokens.live(), by)
    person.tokens.update(label=NOBODY)
    _forget_in_notices(person)
    AccountEntry.objects.filter(person=person).update(address=None)
    _rename(person)
    record(action=AccountAction.ERASED, person=person, by=by)
    return person


def _forget_login(person: User) -> None:
    end_sessions(person)
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=person).delete()
    names = Q(username__iexact=person.get_username())
    if person.email:
        names |= Q(username__iexact=person.email)
    AccessAttempt.objects.filter(names).delete()


def _forget_in_notices(person: User) -> None:
    about = Notice.objects.filter(recipient=person)
    for personal in filter(None, (person.email, person.name)):
        for field in ("last_error", "suppressed_because"):
            about.update(**{field: Replace(field, Value(personal), Value(NOBODY))})
    Notice.objects.filter(
        evaluation=None, subject_id=str(person.pk), recipient=None
    ).update(address=NOWHERE)


def _rename(person: User) -> None:
    person.username = f"erased-{secrets.token_hex(4)}"
    person.first_name = NOBODY
    person.last_name = ""
    person.email = ""
    person.time_zone = "UTC"
    person.country = person.subdivision = person.feed_digest = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()


# The first operator of an installation, whom nobody can add.


@transaction.atomic
def add_first_operator(*, name: str, email: str) -> User | None:
    """Give the first operator a login, and owe them a mail with a link to a password.

    Returns None, and does nothing, where there is an operator already.

    Raises:
        Invalid: the address is none, or belongs to somebody here.
    """
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    first, _, last = name.strip().rpartition(" ")
    operator = _new(
        username=free_username(email),
        first_name=first or last,
        last_name=last if first else "",
        email=email.strip(),
        is_superuser=True,
    )
    _save_new(operator, None)
    schedule_account_mail(kind="login_given", person=operator)
    return operator


# Tokens of a person's programs: PROGRAMS.md calls them personal tokens.
#
# They open what their person may do now, so their rights are read anew at each call.

MOST_TOKENS = 5
MOST_DAYS = 90
# How exactly it is known when a token was used last.
USED_EVERY = datetime.timedelta(minutes=1)


def has_factor(person: User) -> bool:
    """Whether a second factor stands behind the person, here or at their sign-on."""
    elsewhere: bool = person.by_sign_on and settings.OIDC_SECOND_FACTOR
    return elsewhere or is_mfa_enabled(person, FACTORS)


def check_make_token(by: User) -> None:
    if not has_factor(by):
        raise Refused("A token needs a second factor behind it. Add one first.")
    if by.tokens.live().count() >= MOST_TOKENS:
        raise Refused(
            f"You have {MOST_TOKENS} tokens; revoke one before you make another."
        )


@transaction.atomic
def make_token(
    *, days: int, seen: str, by: User, evaluation: Evaluation | None, **values: Any
) -> tuple[PersonalToken, str]:
    """A token, which ends `days` after today, and its secret text, told this once.

    `seen` is the newest that they know of: a page sent twice makes no second one.

    Raises:
        Refused: no second factor, or there are enough. Stale: another was made since.
        Invalid: by field.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    check_make_token(by)
    if seen != newest_token(by):
        raise Stale("You made a token a moment ago. Make another one?")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Choose 1 to {MOST_DAYS} days.", field="days")
    if evaluation and not _sees(by.as_program(), evaluation.pk):
        raise Invalid("You have no part in this evaluation.", field="evaluation")
    prefix, secret = new_token("evp")
    over = today_in(by.time_zone) + datetime.timedelta(days=days + 1)
    token = PersonalToken(
        person=by,
        evaluation=evaluation,
        prefix=prefix,
        digest=digest_of(secret),
        by_sign_on=by.by_sign_on,
        ends_at=instant_of(over, datetime.time(), by.time_zone),
        **values,
    )
    checked(token)
    token.save()
    record(action=AccountAction.TOKEN_MADE, person=by, by=by, detail=prefix)
    return token, secret


def newest_token(person: User) -> str:
    return getattr(person.tokens.order_by("made_at").last(), "prefix", "")


def check_revoke_personal_token(token: PersonalToken, by: User) -> None:
    if token.person_id != by.pk:
        require_operator(by)
    if token.revoked_at:
        raise Refused("This token is revoked already.")


@transaction.atomic
def revoke_personal_token(*, token: PersonalToken, by: User) -> None:
    """End it at once.

    Raises:
        Forbidden: neither its person nor an operator. Refused: it is revoked.
    """
    token = lock(token)
    check_revoke_personal_token(token, by)
    _end_tokens([token], by)


@transaction.atomic
def end_leaked_token(*, secret: str) -> None:
    """End the token that stood in an address; its person is told."""
    rows = PersonalToken.objects.select_for_update(no_key=True).live()
    for token in rows.filter(digest=digest_of(secret)):
        token.leaked_at = timezone.now()
        _end_tokens([token], None)
        kind = "personal_token_leaked"
        person = token.person
        schedule_account_mail(kind=kind, person=person, what=token.prefix)


def _end_tokens(tokens: Iterable[PersonalToken], by: User | None) -> None:
    for token in tokens:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at", "leaked_at"])
        record(
            action=AccountAction.TOKEN_ENDED,
            person=token.person,
            by=by,
            detail=token.prefix,
        )


def _sees(person: User, evaluation_id: uuid.UUID) -> bool:
    rows = Evaluation.objects.visible_to(person)
    return bool(rows.filter(pk=evaluation_id).exists())


def find_personal_token(secret: str) -> PersonalToken | None:
    """The token of that text, while it opens anything, with its person as of a call."""
    rows = PersonalToken.objects.live().select_related("person", "evaluation")
    people = {"person__is_active": True, "person__is_staff": True}
    token: PersonalToken | None = rows.filter(
        digest=digest_of(secret), **people
    ).first()
    if token is None:
        return None
    place = token.evaluation_id
    token.person = person = token.person.as_program(place)
    person.by_sign_on = token.by_sign_on
    person.by_token = token.label
    opens = has_factor(person) and (place is None or _sees(person, place))
    return token if opens else None


def note_use_of_token(*, token: PersonalToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now)
