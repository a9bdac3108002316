"""Declarations of interest, and their clearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.errors import Forbidden
from evaltracker.evaluations.admin.acts import register_act
from stakeholders.policy import has_role, parts
from vendors.admin.acts.base import InEvaluation, OnCandidate
from vendors.admin.inputs import long_text, reason_field
from vendors.models import Conflict
from vendors.services.rulings import clear_conflict, declare_conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaltracker.evaluations.models import Evaluation, User

NONE, SOME = "none", "some"


class DeclarationForm(forms.Form):
    """Whether there is an interest, and which."""

    interest = forms.ChoiceField(
        label="Your interest in this candidate",
        choices=[
            (NONE, "I have no interest in it"),
            (SOME, "I have an interest in it"),
        ],
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(
        label="What it is",
        required=False,
        widget=long_text(),
        help_text="Shares, a former employer, a relative. The owner reads it.",
    )


@register_act
class DeclareInterest(OnCandidate):
    """A person's own declaration about one candidate."""

    name = "declare-interest"
    title = "Declare your interest"
    verb = "Declare"
    help = (
        "A declared interest bars you from scoring and signing for this candidate "
        "until the owner clears it; you cannot take it back alone."
    )
    success = "Your declaration is recorded."
    form_class = DeclarationForm

    def allowed(self, user: User, target: Any) -> bool:
        """Everybody with a role."""
        return has_role(user, target.evaluation)

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Declare it, for each of the person's roles."""
        held = list(parts(by, target.evaluation))
        if not held:
            raise Forbidden("You have no role in this evaluation.")
        for part in held:
            declare_conflict(
                candidate=target,
                stakeholder=part,
                has_interest=data["interest"] == SOME,
                statement=data["statement"],
                by=by,
            )


class ClearForm(forms.Form):
    """Why it does not matter."""

    reason = reason_field(help_text="Everybody in the evaluation reads it.")


@register_act
class ClearInterest(InEvaluation):
    """Lets a person judge after all."""

    name = "clear-interest"
    title = "Clear the interest"
    verb = "Clear"
    help = "The person may then score and sign for this candidate."
    success = "The interest is cleared."
    model = Conflict
    related = ("candidate__evaluation__owner", "stakeholder__user")
    form_class = ClearForm
    template = "vendors/interest.html"

    def evaluation(self, target: Any) -> Evaluation:
        """Through the candidate."""
        found: Evaluation = target.candidate.evaluation
        return found

    def heading(self, target: Any) -> str:
        """Whose, and in what."""
        return f"{self.title} of {target.stakeholder.user.name} in {target.candidate}"

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Clear it."""
        clear_conflict(conflict=target, by=by, **data)
