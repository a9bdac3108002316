"""Acts on the people of an installation."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db import models

from evaltracker.accounts import services as people
from evaltracker.accounts.admin.own_account import OnPage, own_zone
from evaltracker.errors import Forbidden
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import may_add_people
from evaltracker.pages.fields import form_like, form_of

ChangePersonForm = form_like(
    User,
    people.EDITABLE,
    time_zone=own_zone(),
    rights=forms.MultipleChoiceField(
        choices=people.RIGHTS,
        required=False,
        label="May",
        widget=forms.CheckboxSelectMultiple,
        help_text="For procurement leads and auditors.",
    ),
)


class AddPersonForm(ChangePersonForm):  # type: ignore[misc, valid-type]
    username = forms.CharField(
        max_length=150, help_text="The person types it to log in."
    )
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="Leave it empty, and the person gets a mail with a link to set one.",
    )
    field_order = ("username", *people.EDITABLE, "rights", "password")


class PeopleAct(OnPage[Any]):
    homes = (("Users", "admin:evaluations_user_changelist"),)
    model: ClassVar[type[models.Model] | None] = User
    target_name = "person"

    def allowed(self, user: User, target: Any) -> bool:
        return people.may_run_accounts(user)


class AddPerson(PeopleAct):
    title = "Add a person"
    verb = "Add"
    help = "They can log in at once. Their part in an evaluation is given there."
    success = "The person is added."
    model = None
    target_name = ""
    service = people.add_person
    form_class = AddPersonForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"time_zone": user.time_zone}


class ChangePerson(PeopleAct):
    title = "Change"
    verb = "Save"
    success = "Saved."
    form_class = ChangePersonForm
    service = people.change_person

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        held = target.user_permissions.filter(codename__in=people.RIGHTS)
        now = {field: getattr(target, field) for field in people.EDITABLE}
        return {**now, "rights": list(held.values_list("codename", flat=True))}


class InviteAgain(PeopleAct):
    title = "Send the link again"
    verb = "Send it"
    help = (
        "A mail with a link to set the first password; it works once, for three days."
    )
    success = "The mail is on its way."
    service = people.invite

    def allowed(self, user: User, target: Any) -> bool:
        waits = target.is_active and not target.has_usable_password()
        return may_add_people(user) and waits


class SetPassword(PeopleAct):
    title = "Set a new password"
    verb = "Set password"
    help = "Wherever the person is logged in, they are logged out."
    success = "Password changed."
    form_class = form_of(
        password=forms.CharField(
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            strip=False,
            help_text="At least 12 characters; three words that do not belong together "
            "are best. Tell it to the person yourself; they can change it after "
            "logging in.",
        )
    )
    service = people.set_password


class ResetFactors(PeopleAct):
    title = "Remove the second factor"
    verb = "Remove it"
    help = (
        "For a lost phone or key. First check by voice or face who is asking. The "
        "person is logged out, gets a mail and has to add a new one."
    )
    success = "Second factor removed. The next login asks for a new one."
    dangerous = True
    service = people.reset_factors


class StopLogin(PeopleAct):
    title = "Stop login"
    verb = "Stop this login"
    help = (
        "Logs the person out at once. They get no more mail. Their signatures, scores "
        "and comments stay."
    )
    success = "The person cannot log in any more."
    dangerous = True
    service = partial(people.set_active, active=False)

    def allowed(self, user: User, target: Any) -> bool:
        return super().allowed(user, target) and target.is_active


class AllowLogin(PeopleAct):
    title = "Allow login again"
    verb = "Allow"
    success = "The person can log in again."
    service = partial(people.set_active, active=True)

    def allowed(self, user: User, target: Any) -> bool:
        stopped = not target.is_active and not target.erased_at
        return super().allowed(user, target) and stopped


class ErasePerson(PeopleAct):
    title = "Erase"
    verb = "Erase for ever"
    help = (
        "Name and address become “Erased person”. The login ends and unsent mail is "
        "dropped. Journals, printed signatures and "
        "frozen documents keep the name. You can't undo this."
    )
    success = "The person is erased."
    dangerous = True
    service = people.erase_person

    def check(self, user: User, target: User) -> None:
        if target.erased_at:
            raise Forbidden("Nobody to erase.")
        super().check(user, target)
