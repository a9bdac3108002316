"""Acts that bring people in: by an invitation, and into the roles of the company."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.accounts.admin.people_acts import PeopleAct
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner, may_add_people
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.workspace import page_address
from evaltracker.requirements.admin.brief_acts import OfEvaluation
from stakeholders.choices import Role
from stakeholders.services.roles import give_roles, invite_stakeholder, roles_of


class InviteForm(forms.Form):
    """Who, and as what."""

    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150)
    email = forms.EmailField(
        label="Mail address",
        help_text="Single sign-on finds the person by it, so take the company's.",
    )
    role = forms.ChoiceField(choices=Role.choices)
    scores = forms.BooleanField(
        required=False,
        label="Scores candidates",
        help_text="Gives 0–5 per category in the demos stage, blind to the others.",
    )


@register_act
class InviteStakeholder(OfEvaluation):
    """Somebody who cannot log in yet."""

    name = "invite-stakeholder"
    title = "Invite a stakeholder"
    verb = "Invite"
    help = (
        "For somebody who cannot log in here yet. They get a mail with a link to set a "
        "password; nobody else ever learns it. They see this evaluation from then on."
    )
    success = "Invited. The mail leaves within half a minute."
    form_class = InviteForm
    page = "stakeholders"
    page_label = "Stakeholders"
    prefill = ("role",)

    def allowed(self, user: User, target: Evaluation) -> bool:
        """The owner, with the right to add people."""
        return is_owner(user, target) and may_add_people(user)

    def heading(self, target: Evaluation) -> str:
        """No name: the page says it."""
        return self.title

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Invite them."""
        invite_stakeholder(evaluation=target, by=by, **data)
        return page_address(target, "stakeholders")


class RolesForm(forms.Form):
    """Any number of roles."""

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever looks for somebody of a role finds them first. Roles open "
        "nothing by themselves: a part in an evaluation does.",
    )


@register_act
class GiveRoles(PeopleAct):
    """What somebody stands for in the company."""

    name = "give-roles"
    title = "Give roles"
    verb = "Save"
    success = "Saved."
    form_class = RolesForm

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, and who may add people."""
        return may_add_people(user) and not target.erased_at

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The roles that they have."""
        return {"roles": roles_of(target)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """See the service."""
        return give_roles(person=target, roles=data["roles"], by=by)
