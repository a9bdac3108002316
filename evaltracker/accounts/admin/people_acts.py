"""What an operator, or who may add people, does with logins."""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.urls import reverse

from evaltracker.accounts.services import people
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import may_add_people
from evaltracker.pages.acts import Act, Confirm, register_act
from evaltracker.pages.fields import form_like
from evaltracker.pages.zone_field import ZoneField

RIGHTS = (
    ("add_evaluation", "Start evaluations and own them"),
    ("add_user", "Add people and say which roles are theirs"),
    ("view_entry", "Audit: find the lists of all evaluations under Administration"),
)


ChangeForm = form_like(
    User,
    people.EDITABLE,
    time_zone=ZoneField(help_text="Dates in pages and mails are shown in this zone."),
    rights=forms.MultipleChoiceField(
        choices=RIGHTS,
        required=False,
        label="May",
        widget=forms.CheckboxSelectMultiple,
        help_text="For procurement leads and auditors.",
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


class PeopleAct(Act[Any]):
    """An act of operators on a login."""

    model: ClassVar[type[models.Model] | None] = User
    target_name = "person"

    def allowed(self, user: User, target: Any) -> bool:
        return people.may_run_accounts(user)

    def cancel_url(self, target: Any) -> str:
        """Back to the list."""
        return reverse("admin:evaluations_user_changelist")

    def context(self, target: Any, user: User) -> dict[str, Any]:
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
    target_name = ""
    service = people.add_person
    form_class = AddForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Most people live where the operator does."""
        return {"time_zone": user.time_zone}


@register_act
class ChangePerson(PeopleAct):
    """Change a login's names and rights."""

    name = "change-person"
    title = "Change"
    verb = "Save"
    success = "Saved."
    form_class = ChangeForm
    service = people.change_person

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What stands there now."""
        held = target.user_permissions.filter(codename__in=people.RIGHTS)
        now = {field: getattr(target, field) for field in people.EDITABLE}
        return {**now, "rights": list(held.values_list("codename", flat=True))}


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
    service = people.invite

    def allowed(self, user: User, target: Any) -> bool:
        """Who may add people, while the person has no password."""
        waits = target.is_active and not target.has_usable_password()
        return may_add_people(user) and waits
