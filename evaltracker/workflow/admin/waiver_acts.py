"""Asking leadership for a waiver, taking that back, and answering it."""

from typing import Any

from django import forms
from django.http import HttpRequest

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import TextField
from evaltracker.workflow.choices import WaiverAnswer
from evaltracker.workflow.gates import Gate
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.services.waiver_answers import (
    answer_waiver_request,
    check_answer_waiver_request,
)
from evaltracker.workflow.services.waiver_requests import (
    ask_for_waiver,
    ask_to_excuse,
    check_withdraw_waiver_request,
    withdraw_waiver_request,
)
from evaltracker.workflow.services.waiver_rules import (
    askable_gates,
    check_ask_for_waiver,
    check_ask_to_excuse,
)
from evaltracker.workflow.waiver_notices import address_of_request
from vendors.admin.acts.base import OnPlace
from vendors.admin.conflict_question import open_answers

ASKED = "Leadership is asked. The answer stands here and comes by mail."
NOT_NOW = "You asked for this waiver already, or the rule holds now."
READS = "Leadership reads it."


class AskForm(forms.Form):
    """Which rule, and why it should pass."""

    gate = forms.ChoiceField(
        label="Rule",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": NOT_NOW},
    )
    reason = TextField(max_length=5000, help_text=READS)

    def __init__(self, *args: Any, gates: list[Gate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["gate"]
        field.choices = [(gate.name, gate.title) for gate in gates]


@register_act
class AskForWaiver(OnEvaluation):
    """The owner asks leadership to let one rule pass."""

    name = "ask-for-waiver"
    title = "Ask for a waiver"
    verb = "Ask leadership"
    help = (
        "Leadership gets a mail and grants or declines it. The rule keeps the "
        "evaluation in this stage until then."
    )
    success = ASKED
    form_class = AskForm
    prefill = ("gate",)
    service = ask_for_waiver
    rule = check_ask_for_waiver

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The rules that stand in the way and can be waived."""
        return {"gates": askable_gates(target, user)}


class ExcuseReasonForm(forms.Form):
    """Why the candidate should stay."""

    reason = TextField(max_length=5000, help_text=READS)


@register_act
class AskToExcuse(OnPlace):
    """The owner asks leadership to excuse a knock-out."""

    name = "ask-to-excuse"
    title = "Ask leadership to excuse it"
    verb = "Ask leadership"
    help = (
        "Leadership gets a mail and grants or declines it. The candidate stays "
        "knocked out until then."
    )
    success = ASKED
    template = "vendors/place.html"
    form_class = ExcuseReasonForm
    service = ask_to_excuse
    rule = check_ask_to_excuse


class OnRequest(InEvaluation[WaiverRequest]):
    """An act on a request for a waiver."""

    model = WaiverRequest
    related = (
        "visit__evaluation__owner",
        "candidate",
        "requirement",
        "asked_by",
    )
    target_name = "waiver_request"

    def evaluation(self, target: WaiverRequest) -> Evaluation:
        return target.evaluation

    def ask_before(self, request: HttpRequest, target: WaiverRequest) -> None:
        """For a conflict of interest, before what is said of candidates is shown."""
        if target.tells:
            open_answers(request, target.evaluation)

    def heading(self, target: WaiverRequest) -> str:
        return f"{self.title}: {target.thing}"

    def cancel_url(self, target: WaiverRequest) -> str:
        """Where what it is about stands."""
        return address_of_request(target)


class AnswerForm(forms.Form):
    """Grant or decline, and why."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            (WaiverAnswer.GRANTED.value, "Grant the waiver"),
            (WaiverAnswer.DECLINED.value, "Decline it"),
        ],
    )
    reason = TextField(
        max_length=5000,
        help_text="If you grant it, the decision memo prints this under your name.",
    )


@register_act
class AnswerWaiverRequest(OnRequest):
    """Leadership grants or declines a waiver that it is asked for."""

    name = "answer-waiver-request"
    title = "Answer a request for a waiver"
    verb = "Answer"
    help = "A waiver that you grant cannot be taken back; an excuse can."
    template = "workflow/answer_waiver_request.html"
    form_class = AnswerForm
    service = answer_waiver_request
    rule = check_answer_waiver_request

    def heading(self, target: WaiverRequest) -> str:
        """What it is about stands above the form."""
        return self.title

    def success_message(self, target: WaiverRequest, outcome: Outcome) -> str:
        """What the answer was."""
        target.refresh_from_db(fields=["answer"])
        return f"The waiver is {target.get_answer_display().lower()}."


@register_act
class WithdrawWaiverRequest(OnRequest):
    """The owner takes a request back."""

    name = "withdraw-waiver-request"
    title = "Withdraw the request"
    verb = "Withdraw"
    help = "Leadership no longer has to answer. You can ask again."
    success = "The request is withdrawn."
    service = withdraw_waiver_request
    rule = check_withdraw_waiver_request
