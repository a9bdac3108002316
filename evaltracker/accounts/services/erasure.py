"""Forgetting a person: everywhere but where their name is part of a proof.

docs/accounts.md says what stays: journal entries, the name printed on a signature, and
documents that were signed or frozen. Hashes cover these, and that somebody agreed to
something is what they are kept for.
"""

import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils import timezone

from evaltracker.accounts.services.people import (
    end_sessions,
    free_username,
    require_operator,
)
from evaltracker.errors import Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import AccountEntry, Evaluation, Notice, User
from evaltracker.evaluations.policy import checked
from evaltracker.notices.services.due_times import owe_account_mail

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
        raise Refused("You have asked already; an operator will do it.")
    by.erasure_asked_at = timezone.now()
    by.save(update_fields=["erasure_asked_at"])
    record(action=AccountAction.ERASURE_ASKED, person=by, by=by)
    for operator in User.objects.filter(is_superuser=True, is_active=True):
        if operator.email:
            owe_account_mail(kind="erasure_asked", person=operator)
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
        Forbidden: `by` is not an operator.
        Refused: it is `by`, somebody who runs an open evaluation, or done already.

    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    check_erase_person(person, by)
    _forget_login(person)
    _forget_in_notices(person)
    AccountEntry.objects.filter(person=person).update(address=None)
    _rename(person)
    record(action=AccountAction.ERASED, person=person, by=by)
    return person


def _forget_login(person: User) -> None:
    """Everything that a login leaves behind in the libraries' tables."""
    end_sessions(person)
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=person).delete()
    names = Q(username__iexact=person.get_username())
    if person.email:
        names |= Q(username__iexact=person.email)
    AccessAttempt.objects.filter(names).delete()


def _forget_in_notices(person: User) -> None:
    """Sentences of mail servers and of ours can quote an address or a name."""
    about = Notice.objects.filter(recipient=person)
    for words in filter(None, (person.email, person.name)):
        for field in ("last_error", "suppressed_because"):
            about.update(**{field: Replace(field, Value(words), Value(NOBODY))})
    Notice.objects.filter(
        evaluation=None, subject_id=str(person.pk), recipient=None
    ).update(address=NOWHERE)


def _rename(person: User) -> None:
    person.username = f"erased-{secrets.token_hex(4)}"
    person.first_name, person.last_name = NOBODY, ""
    person.email, person.time_zone = "", "UTC"
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
    operator = User(
        username=free_username(email),
        first_name=first or last,
        last_name=last if first else "",
        email=email.strip().lower(),
        is_staff=True,
        is_superuser=True,
    )
    operator.set_unusable_password()
    checked(operator)
    operator.save()
    record(action=AccountAction.ADDED, person=operator)
    owe_account_mail(kind="login_given", person=operator)
    return operator
