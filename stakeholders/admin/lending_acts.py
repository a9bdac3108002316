"""Acts of substitution: lending one's own part, and taking it back."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import DateField
from stakeholders.admin.people_acts import OnPart, PersonField, colleagues
from stakeholders.models import Delegation, Stakeholder
from stakeholders.services.lending import check_delegate, delegate, revoke_delegation


class LendForm(forms.Form):
    """To whom, from when to when."""

    substitute = PersonField(User.objects.none(), label="Substitute")
    starts_on = DateField(label="From")
    ends_on = DateField(label="To", help_text="This day included.")

    def __init__(self, *args: Any, part: Stakeholder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["substitute"]
        others = colleagues(but=part.user)
        people.queryset = others.exclude(pk=part.evaluation.owner_id)


@register_act
class LendPart(OnPart):
    name = "lend-part"
    title = "Name a substitute"
    verb = "Name the substitute"
    help = (
        "Between these days they may sign for you; both names appear on the sign-off. "
        "They cannot pass it on."
    )
    success = "The substitute is named."
    form_class = LendForm
    service = delegate
    rule = check_delegate

    def heading(self, target: Stakeholder) -> str:
        return f"Name a substitute as {target.get_role_display()}"

    def form_kwargs(self, target: Stakeholder, user: User) -> dict[str, Any]:
        """Colleagues, without oneself and the owner."""
        return {"part": target}


@register_act
class RevokeLending(InEvaluation[Delegation]):
    """The early end of a substitution."""

    name = "revoke-lending"
    title = "End the substitution"
    verb = "End it now"
    help = "From this moment the substitute no longer signs."
    success = "The substitution is ended."
    tab = "stakeholders"
    model = Delegation
    target_name = "delegation"
    service = revoke_delegation
    dangerous = True

    def allowed(self, user: User, target: Delegation) -> bool:
        """The lender, or the owner."""
        part = target.stakeholder
        return user.is_active and user.pk in (part.user_id, part.evaluation.owner_id)

    def heading(self, target: Delegation) -> str:
        return f"End the substitution by {target.substitute}"
