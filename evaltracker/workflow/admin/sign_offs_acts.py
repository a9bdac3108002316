"""Acts on sign-offs: closing a condition, and asking everybody anew."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import User, Visit
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.fields import ReasonForm, TextField
from evaltracker.pages.workspace import crumbs_to, page_address
from stakeholders.models import Condition
from stakeholders.services.conditions import close_condition
from stakeholders.services.sign_offs import open_sign_off_round


class NoteForm(forms.Form):
    """How it was met."""

    closing_note = TextField(max_length=5000, label="How it was met")


@register_act
class CloseCondition(Act):
    """A condition that is met."""

    name = "close-condition"
    title = "Close a condition"
    verb = "Close it"
    help = "Say how it was met; the note stays beside it for good."
    success = "The condition is closed."
    model = Condition
    form_class = NoteForm
    template = "workflow/close_condition.html"

    def allowed(self, user: User, target: Condition) -> bool:
        """Its owner, who asked for it, or the lead."""
        signed = target.sign_off
        lead = signed.visit.evaluation.owner_id
        return user.is_active and user.pk in (target.owner_id, signed.person_id, lead)

    def heading(self, target: Condition) -> str:
        """No name: the page shows the words."""
        return self.title

    def cancel_url(self, target: Condition) -> str:
        """Its place among the sign-offs."""
        where = target.sign_off.visit.evaluation
        return page_address(where, "sign_offs", f"condition-{target.pk}")

    def context(self, target: Condition, user: User) -> dict[str, Any]:
        """The sign-offs' frame."""
        where = target.sign_off.visit.evaluation
        steps = (("Sign-offs", "sign_offs"), (self.title, ""))
        return {
            "evaluation": where,
            "tab": "sign_offs",
            "crumbs": crumbs_to(where, *steps),
        }

    def perform(self, target: Condition, data: Mapping[str, Any], by: User) -> Outcome:
        """Close it."""
        close_condition(condition=target, note=data["closing_note"], by=by)
        return self.cancel_url(target)


@register_act
class OpenRound(Act):
    """Everybody of this stage is asked anew."""

    name = "open-round"
    title = "Ask everybody to sign anew"
    verb = "Open a new round"
    help = (
        "Verdicts of this round stay on record and stop counting. Use it when somebody "
        "changed their mind, or after a decline was answered."
    )
    success = "A new round is open."
    model = Visit
    form_class = ReasonForm
    dangerous = True

    def allowed(self, user: User, target: Visit) -> bool:
        """The owner."""
        return is_owner(user, target.evaluation)

    def heading(self, target: Visit) -> str:
        """Of which stage."""
        return f"{self.title}: {target.get_stage_display().lower()}"

    def cancel_url(self, target: Visit) -> str:
        """The sign-offs."""
        return page_address(target.evaluation, "sign_offs")

    def context(self, target: Visit, user: User) -> dict[str, Any]:
        """The sign-offs' frame."""
        steps = (("Sign-offs", "sign_offs"), ("New round", ""))
        return {
            "evaluation": target.evaluation,
            "tab": "sign_offs",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }

    def perform(self, target: Visit, data: Mapping[str, Any], by: User) -> Outcome:
        """Open it."""
        open_sign_off_round(visit=target, reason=data["reason"], by=by)
        return None
