"""Who can log in: added, changed and stopped by the operator, never deleted.

People belong to no evaluation, so these are written to the log, not to a journal.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change, checked

log = structlog.get_logger(__name__)

EDITABLE = ("first_name", "last_name", "email", "time_zone")


def may_run_accounts(user: User) -> bool:
    """Whether `user` is an operator."""
    return user.is_active and user.is_superuser


@transaction.atomic
def add_person(
    *,
    username: str,
    password: str,
    by: User,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    time_zone: str = "UTC",
    starts_evaluations: bool = False,
) -> User:
    """Give somebody a login; their part in an evaluation is given there.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: the name is taken, or the password is easy to guess.

    """
    _require_operator(by)
    person = User(
        username=User.normalize_username(username),
        first_name=first_name,
        last_name=last_name,
        email=email,
        time_zone=time_zone,
        is_staff=True,
    )
    _set_password(person, password)
    checked(person)
    person.save()
    _let_start_evaluations(person, starts_evaluations)
    log.info("person_added", person_id=person.pk, by_id=by.pk)
    return person


@transaction.atomic
def change_person(
    *, person: User, starts_evaluations: bool, by: User, **values: Any
) -> User:
    """Change a person's names, address, zone, and whether they may start purchases.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: with the sentences by field.

    """
    _require_operator(by)
    _, after = change(person, **{key: values[key] for key in EDITABLE if key in values})
    _let_start_evaluations(person, starts_evaluations)
    log.info("person_changed", person_id=person.pk, by_id=by.pk, fields=sorted(after))
    return person


@transaction.atomic
def set_password(*, person: User, password: str, by: User) -> User:
    """Give a person a new password; their open sessions end.

    Raises:
        Forbidden: `by` is not an operator.
        Invalid: the password is easy to guess.

    """
    _require_operator(by)
    _set_password(person, password)
    person.save(update_fields=["password"])
    log.info("password_set", person_id=person.pk, by_id=by.pk)
    return person


@transaction.atomic
def set_active(*, person: User, active: bool, by: User) -> User:
    """Stop a person from logging in, or let them again; at once.

    Raises:
        Forbidden: `by` is not an operator.
        Refused: an operator would lock themselves out.

    """
    _require_operator(by)
    if person.pk == by.pk:
        raise Refused("You cannot stop your own login; another operator has to.")
    person.is_active = active
    person.save(update_fields=["is_active"])
    log.info("person_active_set", person_id=person.pk, by_id=by.pk, active=active)
    return person


def _require_operator(by: User) -> None:
    if not may_run_accounts(by):
        raise Forbidden("Only an operator of this installation may do this.")


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        sentences = list(error.messages)
        raise Invalid(sentences[0], errors={"password": sentences}) from error
    person.set_password(password)


def _let_start_evaluations(person: User, allowed: bool) -> None:
    right = Permission.objects.get(
        codename="add_evaluation", content_type__app_label="evaluations"
    )
    if allowed:
        person.user_permissions.add(right)
    else:
        person.user_permissions.remove(right)
