"""What an operator, or who may add people, does with logins."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse

from evaltracker.evaluations.admin.acts import Act, Confirm, Outcome, register_act
from evaltracker.evaluations.admin.forms import form_like
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import may_add_people
from evaltracker.evaluations.services import erasure, people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db import models

RIGHTS = (
    ("add_evaluation", "Start evaluations: whoever starts one owns it"),
    ("add_user", "Add people and say which roles are theirs"),
)


def zones() -> list[tuple[str, str]]:
    """Every known time zone, by name."""
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="At least 8 characters. Tell it to the person yourself; they can "
        "change it after logging in.",
    )


ChangeForm = form_like(
    User,
    people.EDITABLE,
    time_zone=forms.ChoiceField(
        choices=zones, help_text="Dates in pages and mails are shown in this zone."
    ),
    rights=forms.MultipleChoiceField(
        choices=RIGHTS,
        required=False,
        label="May",
        widget=forms.CheckboxSelectMultiple,
        help_text="For procurement leads.",
    ),
)


class AddForm(ChangeForm):  # type: ignore[misc, valid-type]
    """Everything about a new login."""

    username = forms.CharField(
        max_length=150, help_text="What the person types to log in."
    )
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="Leave it empty, and the person gets a mail with a link to set one.",
    )
    field_order = ("username", *people.EDITABLE, "rights", "password")


class PeopleAct(Act):
    """An act of operators on a login."""

    model: ClassVar[type[models.Model] | None] = User

    def allowed(self, user: User, target: Any) -> bool:
        """Operators only."""
        return people.may_run_accounts(user)

    def cancel_url(self, target: Any) -> str:
        """Back to the list."""
        return reverse("admin:evaluations_user_changelist")

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The way here."""
        return {"crumbs": [("Users", self.cancel_url(target)), (self.title, "")]}


@register_act
class AddPerson(PeopleAct):
    """Give somebody a login."""

    name = "add-person"
    title = "Add a person"
    verb = "Add"
    help = "They can log in at once. Their part in an evaluation is given there."
    success = "The person is added."
    model = None
    form_class = AddForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Most people live where the operator does."""
        return {"time_zone": user.time_zone}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.add_person(**data, by=by)


@register_act
class ChangePerson(PeopleAct):
    """Change a login's names and rights."""

    name = "change-person"
    title = "Change"
    verb = "Save"
    success = "Saved."
    form_class = ChangeForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What stands there now."""
        held = target.user_permissions.filter(codename__in=people.RIGHTS)
        now = {field: getattr(target, field) for field in people.EDITABLE}
        return {**now, "rights": list(held.values_list("codename", flat=True))}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.change_person(person=target, **data, by=by)


@register_act
class SetPassword(PeopleAct):
    """Give a login a new password."""

    name = "set-password"
    title = "Set a new password"
    verb = "Set password"
    help = "Wherever the person is logged in, they are logged out."
    success = "The new password holds from now on."
    form_class = PasswordForm

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.set_password(person=target, password=data["password"], by=by)


@register_act
class InviteAgain(PeopleAct):
    """Send the link for a first password once more."""

    name = "invite-again"
    title = "Send the link again"
    verb = "Send it"
    help = (
        "A mail with a link to set the first password; it works once, for three days."
    )
    success = "The mail is on its way."
    form_class = Confirm

    def allowed(self, user: User, target: Any) -> bool:
        """Who may add people, while the person has no password."""
        waits = target.is_active and not target.has_usable_password()
        return may_add_people(user) and waits

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.invite(person=target, by=by)


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

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return erasure.reset_factors(person=target, by=by)


@register_act
class StopLogin(PeopleAct):
    """Stop a login."""

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

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, while the login works."""
        return super().allowed(user, target) and target.is_active

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.set_active(person=target, active=False, by=by)


@register_act
class AllowLogin(PeopleAct):
    """Let a stopped login work again."""

    name = "allow-login"
    title = "Allow login again"
    verb = "Allow"
    success = "The person can log in again."
    form_class = Confirm

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, while the login is stopped and the person not erased."""
        stopped = not target.is_active and not target.erased_at
        return super().allowed(user, target) and stopped

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return people.set_active(person=target, active=True, by=by)


@register_act
class ErasePerson(PeopleAct):
    """Forget a person."""

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

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, once."""
        return super().allowed(user, target) and not target.erased_at

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return erasure.erase_person(person=target, by=by)
