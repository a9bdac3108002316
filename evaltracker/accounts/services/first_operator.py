"""The first operator of an installation, whom nobody can add."""

from django.db import transaction

from evaltracker.accounts.services.people import free_username
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import checked
from evaltracker.notices.services.account_mail import owe_account_mail


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
