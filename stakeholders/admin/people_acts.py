"""Acts that give people a part and take it back."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import ReasonForm
from evaltracker.pages.workspace import InEvaluation, OnEvaluation
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.services.people import add_stakeholder, remove_stakeholder


def colleagues(*, but: User) -> QuerySet[User]:
    """Active people who can sign in here and may have a say, without one of them."""
    staff: QuerySet[User] = User.objects.filter(
        is_active=True, is_staff=True, is_superuser=False
    )
    others = staff.exclude(pk=but.pk).prefetch_related("groups")
    return others.order_by("last_name", "first_name", "username")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of our own people, by name and login, with their roles in the company."""

    def label_from_instance(self, obj: Any) -> str:
        """“Dana Ops (dana), DevOps”, since two may share a name."""
        username = obj.get_username()
        label = obj.name if obj.name == username else f"{obj.name} ({username})"
        return ", ".join([label, *(group.name for group in obj.groups.all())])


class AddForm(forms.Form):
    user = PersonField(
        User.objects.none(),
        label="Person",
        help_text="Who is not listed has no login yet: invite them, if you may add "
        "people, or ask an operator.",
    )
    role = forms.ChoiceField(
        choices=[("", "their role in the company"), *Role.choices],
        required=False,
        help_text="Whoever has several roles, or none, needs one of these.",
    )
    scores = forms.BooleanField(
        required=False,
        label="Scores candidates",
        help_text="Gives 0–5 per category in the demos stage, blind to the others.",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.queryset = colleagues(but=evaluation.owner)


@register_act
class AddStakeholder(OnEvaluation):
    """A person with a role."""

    title = "Add a stakeholder"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "They see this evaluation from now on. One person may hold several roles; add "
        "them one by one."
    )
    success = "The stakeholder is added."
    form_class = AddForm
    tab = "stakeholders"
    prefill = ("role",)
    service = add_stakeholder

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Without the owner, who cannot hold a role."""
        return {"evaluation": target}

    def destination(self, target: Evaluation, made: Any) -> str:
        """All stakeholders, wherever somebody was missed."""
        return self.page(target)


class OnPart(InEvaluation[Stakeholder]):
    """An act on one part."""

    tab = "stakeholders"
    model = Stakeholder
    target_name = "stakeholder"


@register_act
class RemoveStakeholder(OnPart):
    """The end of a part."""

    title = "End the part"
    verb = "End the part"
    help = (
        "What they signed and scored stays on record. With their last part here they "
        "no longer see this evaluation."
    )
    success = "The part is ended."
    form_class = ReasonForm
    dangerous = True
    service = remove_stakeholder

    def heading(self, target: Stakeholder) -> str:
        return f"End the part of {target.user} as {target.get_role_display()}"
