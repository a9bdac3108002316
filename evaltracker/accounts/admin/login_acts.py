"""What an operator does with a login that is there, up to forgetting its person."""

from functools import partial
from typing import Any

from django import forms

from evaltracker.accounts.admin.people_acts import PeopleAct
from evaltracker.accounts.services import erasure, logins
from evaltracker.errors import Forbidden
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Confirm, register_act


class PasswordForm(forms.Form):
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="At least 12 characters; three words that do not belong together are "
        "best. Tell it to the person yourself; they can change it after logging in.",
    )


@register_act
class SetPassword(PeopleAct):
    """Give a login a new password."""

    name = "set-password"
    title = "Set a new password"
    verb = "Set password"
    help = "Wherever the person is logged in, they are logged out."
    success = "The new password holds from now on."
    form_class = PasswordForm
    service = logins.set_password


@register_act
class ResetFactors(PeopleAct):
    """Help who has lost a phone."""

    name = "reset-factors"
    title = "Take the second factor away"
    verb = "Take it away"
    help = (
        "For a lost phone or key. Make sure first, by voice or face, that the "
        "person asks. They are logged out, told by mail, and asked to add a new one."
    )
    success = "The second factor is gone; the next login asks for a new one."
    form_class = Confirm
    dangerous = True
    service = logins.reset_factors
    rule = logins.check_reset_factors


@register_act
class StopLogin(PeopleAct):
    name = "stop-login"
    title = "Stop login"
    verb = "Stop this login"
    help = (
        "The person is logged out at once and gets no mail. What they signed, scored "
        "and wrote stays; nobody is ever deleted."
    )
    success = "The person cannot log in any more."
    form_class = Confirm
    dangerous = True
    service = partial(logins.set_active, active=False)

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, while the login works."""
        return super().allowed(user, target) and target.is_active


@register_act
class AllowLogin(PeopleAct):
    """Let a stopped login work again."""

    name = "allow-login"
    title = "Allow login again"
    verb = "Allow"
    success = "The person can log in again."
    form_class = Confirm
    service = partial(logins.set_active, active=True)

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, while the login is stopped and the person not erased."""
        stopped = not target.is_active and not target.erased_at
        return super().allowed(user, target) and stopped


@register_act
class ErasePerson(PeopleAct):
    name = "erase-person"
    title = "Erase"
    verb = "Erase for ever"
    help = (
        "“Erased person” takes the place of name and address, the login stops, and "
        "mail that is still owed does not leave. Journals, printed signatures and "
        "frozen documents keep the name. It cannot be taken back."
    )
    success = "The person is erased."
    form_class = Confirm
    dangerous = True
    service = erasure.erase_person
    rule = erasure.check_erase_person

    def check(self, user: User, target: User) -> None:
        if target.erased_at:
            raise Forbidden("Nobody is left to erase.")
        super().check(user, target)
