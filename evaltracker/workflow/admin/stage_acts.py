"""Acts that move an evaluation: advance, send back, cancel, waive a rule."""

from typing import Any

from django import forms

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import ReasonForm, TextField
from evaltracker.workflow.gates import gates_of
from evaltracker.workflow.gates.reports import reports_for
from evaltracker.workflow.services.stages import (
    advance,
    cancel,
    check_advance,
    check_cancel,
    check_send_back,
    check_waive_gate,
    send_back,
    waive_gate,
)
from stakeholders.selectors import objectives_in_conflict


class AdvanceForm(forms.Form):
    """Carries the stage that the reader saw."""

    from_stage = forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)


@register_act
class Advance(OnEvaluation):
    """On to the next stage."""

    name = "advance"
    title = "Advance to the next stage"
    verb = "Advance"
    form_class = AdvanceForm
    template = "workflow/advance.html"
    service = advance
    rule = check_advance

    def heading(self, target: Evaluation) -> str:
        """From where to where."""
        following = next_stage(target)
        if following is None:
            return "The last stage is left by deciding"
        return f"Advance to {following.label.lower()}"

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The stage as it is shown."""
        return {"from_stage": target.stage}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What the rules say now."""
        return {
            **super().context(target, user),
            "following": next_stage(target),
            "reports": reports_for(user, target) if target.is_open else [],
            # The last moment before a good show settles what people want differently.
            "clashes": objectives_in_conflict(target)
            if target.stage == Stage.RESEARCH
            else [],
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        """Where it is now."""
        target.refresh_from_db(fields=["stage"])
        return f"The evaluation is in {target.get_stage_display().lower()} now."


class SendBackForm(forms.Form):
    """To which stage, and why."""

    to_stage = forms.ChoiceField(label="Back to")
    reason = TextField(max_length=5000, help_text="Everybody reads it in the journal.")

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to_stage"]
        here = Stage(stage).position
        field.choices = [(stage.value, stage.label) for stage in list(Stage)[:here]]


@register_act
class SendBack(OnEvaluation):
    """Back to an earlier stage."""

    name = "send-back"
    title = "Send back to an earlier stage"
    verb = "Send back"
    help = (
        "The stage starts again. Signatures stay on record but no longer count, so "
        "everybody signs again."
    )
    success = "It is sent back."
    form_class = SendBackForm
    dangerous = True
    service = send_back
    rule = check_send_back

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"stage": target.stage}


@register_act
class Cancel(OnEvaluation):
    """The end without a decision."""

    name = "cancel-evaluation"
    title = "Cancel the evaluation"
    verb = "Cancel the evaluation"
    help = "It ends without a decision. Nothing in it changes any more."
    success = "The evaluation is cancelled."
    form_class = ReasonForm
    dangerous = True
    service = cancel
    rule = check_cancel


class WaiveForm(forms.Form):
    """Which rule, and why."""

    gate = forms.ChoiceField(label="Rule", widget=forms.RadioSelect)
    reason = TextField(
        max_length=5000, help_text="The decision memo prints it under your name."
    )

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["gate"]
        field.choices = [
            (gate.name, gate.title) for gate in gates_of(stage) if gate.waivable
        ]


@register_act
class WaiveGate(OnEvaluation):
    """Leadership lets one rule pass on this stay in the stage."""

    name = "waive-gate"
    title = "Waive a rule"
    verb = "Waive the rule"
    help = (
        "The rule no longer keeps the evaluation in this stage, until it is sent back. "
        "It cannot be taken back."
    )
    success = "The rule is waived."
    form_class = WaiveForm
    dangerous = True
    prefill = ("gate",)
    service = waive_gate
    rule = check_waive_gate

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The rules of this stage that can be waived."""
        return {"stage": target.stage}


def next_stage(evaluation: Evaluation) -> Stage | None:
    """The stage after the current one; None in the last."""
    following = Stage(evaluation.stage).position + 1
    return list(Stage)[following] if following < len(Stage) else None
