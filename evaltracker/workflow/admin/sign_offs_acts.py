"""Acts on sign-offs: closing a condition, and asking everybody anew."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import Visit
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import ReasonForm, TextField
from stakeholders.models import Condition
from stakeholders.services.conditions import check_close_condition, close_condition
from stakeholders.services.sign_offs import check_open_round, open_sign_off_round


class NoteForm(forms.Form):
    """How it was met."""

    closing_note = TextField(max_length=5000, label="How it was met")


@register_act
class CloseCondition(InEvaluation[Condition]):
    """A condition that is met."""

    name = "close-condition"
    title = "Close a condition"
    verb = "Close it"
    help = "Say how it was met; the note stays beside it for good."
    success = "The condition is closed."
    tab = "sign_offs"
    anchor = "condition"
    model = Condition
    target_name = "condition"
    service = close_condition
    rule = check_close_condition
    form_class = NoteForm
    template = "workflow/close_condition.html"

    def arguments(self, target: Condition, data: Mapping[str, Any]) -> dict[str, Any]:
        """The note under the service's name."""
        return {"condition": target, "note": data["closing_note"]}


@register_act
class OpenRound(InEvaluation[Visit]):
    """Everybody of this stage is asked anew."""

    name = "open-round"
    title = "Ask everybody to sign again"
    verb = "Open a new round"
    help = (
        "Verdicts of this round stay on record and stop counting. Use it when somebody "
        "changed their mind, or after a decline was answered."
    )
    success = "A new round is open."
    tab = "sign_offs"
    model = Visit
    target_name = "visit"
    service = open_sign_off_round
    rule = check_open_round
    form_class = ReasonForm
    dangerous = True

    def heading(self, target: Visit) -> str:
        return f"{self.title}: {target.get_stage_display().lower()}"
