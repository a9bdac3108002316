"""The act that makes somebody else the owner of an evaluation."""

from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import NamedChoice, reason_field
from evaltracker.workflow.services.handing_on import (
    check_hand_on,
    hand_on_evaluation,
    may_take_over,
)


class HandOnForm(forms.Form):
    """To whom, and why."""

    new_owner = NamedChoice(
        User._default_manager.none(),
        attribute="name",
        label="Who runs it from now on",
        help_text="People who may start evaluations and hold no role in this one.",
    )
    reason = reason_field(help_text="Everybody reads it in the journal.")

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["new_owner"]
        field.queryset = may_take_over(evaluation)


@register_act
class HandOnEvaluation(OnEvaluation):
    """Somebody else runs the evaluation from now on."""

    name = "hand-on-evaluation"
    title = "Hand on this evaluation"
    verb = "Hand on"
    help = (
        "The new owner gets a mail, and declares conflicts of interest before reading "
        "answers. You no longer see the evaluation unless you are given a role in it."
    )
    success = "The evaluation is handed on."
    form_class = HandOnForm
    dangerous = True
    service = hand_on_evaluation
    rule = check_hand_on

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def destination(self, target: Evaluation, made: object) -> str:
        """Home: whoever handed it on may not see it any more."""
        return reverse("admin:index")
