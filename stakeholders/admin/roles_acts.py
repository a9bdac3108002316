"""Acts that bring people in: by an invitation, and into the roles of the company."""

from typing import Any

from django import forms

from evaltracker.accounts.admin.people_acts import PeopleAct
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner, may_add_people
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from stakeholders.choices import Role
from stakeholders.selectors import roles_of
from stakeholders.services.roles import give_roles, invite_stakeholder


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
class InviteStakeholder(OnEvaluation):
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
    tab = "stakeholders"
    prefill = ("role",)
    service = invite_stakeholder

    def allowed(self, user: User, target: Evaluation) -> bool:
        """The owner, with the right to add people."""
        return is_owner(user, target) and may_add_people(user)

    def destination(self, target: Evaluation, made: Any) -> str:
        """All stakeholders, wherever somebody was missed."""
        return self.page(target)


class RolesForm(forms.Form):
    """Any number of roles."""

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They come first when somebody looks for that role. Roles open "
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
    service = give_roles

    def allowed(self, user: User, target: Any) -> bool:
        """Operators, and who may add people."""
        return may_add_people(user) and not target.erased_at

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The roles that they have."""
        return {"roles": roles_of(target)}
