"""Who can log in: added, changed and stopped by the operator, never deleted.

Whoever has the right to add people may do so too, and no more. People belong to no
evaluation, so what happens to them is written to the account log, not to a journal.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from evaltracker.accounts.services.addresses import forget_addresses
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change, checked, may_add_people
from evaltracker.evaluations.selectors import at_address
from evaltracker.notices.services.account_mail import owe_account_mail

EDITABLE = ("first_name", "last_name", "email", "time_zone")
OWN = ("first_name", "last_name", "time_zone", "search_by_slash")
# What an operator may let somebody do beside taking part.
RIGHTS = ("add_evaluation", "add_user", "view_entry")


def may_run_accounts(user: User) -> bool:
    """Whether `user` is an operator."""
    return user.is_active and user.is_superuser


@transaction.atomic
def add_person(
    *,
    username: str,
    by: User,
    password: str = "",
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    time_zone: str = "UTC",
    rights: Iterable[str] = (),
) -> User:
    """Give somebody a login; their part in an evaluation is given there.

    Without a password they get a mail with a link to set one.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: the name or address is taken, the password is easy to guess, or there
            is neither a password nor an address.

    """
    require_operator(by)
    if not password and not email:
        sentence = "Give a password, or an address that a link can be sent to."
        raise Invalid(sentence, errors={"password": [sentence]})
    person = _new(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        time_zone=time_zone,
    )
    if password:
        set_checked_password(person, password)
    _save_new(person, by)
    _let(person, rights)
    if not password:
        invite(person=person, by=by)
    return person


@transaction.atomic
def add_colleague(
    *, first_name: str, last_name: str, email: str, by: User, time_zone: str = "UTC"
) -> User:
    """Give somebody a login by name and address; they get a mail with a link.

    Raises:
        Forbidden: `by` may not add people.
        Invalid: somebody with this address can log in already.

    """
    if not may_add_people(by):
        raise Forbidden("Only people with the right to add people may do this.")
    if at_address(email):
        sentence = "Somebody has this address already; choose them by name."
        raise Invalid(sentence, errors={"email": [sentence]})
    person = _new(
        username=free_username(email),
        first_name=first_name,
        last_name=last_name,
        email=email,
        time_zone=time_zone,
    )
    _save_new(person, by)
    invite(person=person, by=by)
    return person


@transaction.atomic
def invite(*, person: User, by: User) -> User:
    """Owe a person the mail with the link to set their first password.

    Raises:
        Forbidden: `by` may not add people.
        Refused: they have a password, no address, or a stopped login.

    """
    if not may_add_people(by):
        raise Forbidden("Only people with the right to add people may do this.")
    if person.has_usable_password():
        raise Refused(f"{person.name} has a password already.")
    if not person.email or not person.is_active:
        raise Refused(f"{person.name} has no address, or no login any more.")
    owe_account_mail(kind="login_given", person=person)
    record(action=AccountAction.INVITED, person=person, by=by)
    return person


@transaction.atomic
def change_person(
    *, person: User, by: User, rights: Iterable[str] = (), **values: Any
) -> User:
    """Change a person's names, address, zone and rights.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: with the sentences by field.

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
    """Refuse everybody but an operator of this installation."""
    if not may_run_accounts(by):
        raise Forbidden("Only an operator of this installation may do this.")


def free_username(email: str) -> str:
    """A login name that nobody has, from the part of the address before the @."""
    wanted = re.sub(r"[^\w.+-]", "", email.partition("@")[0].lower())[:140] or "person"
    taken = {
        name.lower()
        for name in User.objects.filter(username__istartswith=wanted).values_list(
            "username", flat=True
        )
    }
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}{number}"
    return name


def _new(*, username: str, email: str, **fields: Any) -> User:
    person = User(
        username=User.normalize_username(username),
        email=email.lower(),
        is_staff=True,
        **fields,
    )
    person.set_unusable_password()
    return person


def _save_new(person: User, by: User) -> None:
    checked(person)
    person.save()
    record(action=AccountAction.ADDED, person=person, by=by)


def _let(person: User, rights: Iterable[str]) -> None:
    """Give the rights of `RIGHTS` that are named, take the others."""
    known = Permission.objects.filter(content_type__app_label="evaluations")
    person.user_permissions.remove(*known.filter(codename__in=RIGHTS))
    person.user_permissions.add(*known.filter(codename__in=set(rights) & set(RIGHTS)))
