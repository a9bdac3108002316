"""Acts on the contract that a decision led to: its dates, and what becomes of it."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import today_in
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import NamedChoice, form_like, reason_field
from evaltracker.workflow.choices import TermOutcome
from evaltracker.workflow.models import ContractTerm
from evaltracker.workflow.models.contracts import default_remind_days
from evaltracker.workflow.selectors.contracts import term_of
from evaltracker.workflow.services.contract_terms import (
    DATES,
    check_set_term,
    check_settle_term,
    set_contract_term,
    settle_contract_term,
)
from stakeholders.policy import insiders

PASSED = "Its last day is over, so nobody is reminded of it."


class DaysField(forms.CharField):
    """Days before a date, with commas between them."""

    def clean(self, value: Any) -> Any:
        """The numbers that were typed."""
        text: str = super().clean(value) or ""
        try:
            return [int(part) for part in text.split(",") if part.strip()]
        except ValueError as error:
            raise forms.ValidationError(
                "Enter whole days with commas between them, such as 90, 30, 7."
            ) from error


class TermForm(form_like(ContractTerm, DATES)):  # type: ignore[misc]
    """Dates, who looks after them, and when people are reminded."""

    looks_after = NamedChoice(
        User._default_manager.none(),
        attribute="name",
        label="Who looks after it",
        help_text="Is reminded by mail, and so is the owner.",
    )
    remind_days = DaysField(
        label="Remind so many days before",
        required=False,
        max_length=60,
        help_text="Before the last day to give notice, or before the end if there is "
        "none.",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["looks_after"].queryset = insiders(evaluation)


@register_act
class SetContractTerm(OnEvaluation):
    """Enters or changes how long the contract runs."""

    name = "set-contract-term"
    title = "Contract"
    verb = "Save"
    help = "Reminders follow these dates. The frozen memo does not change."
    success = "The contract is saved."
    tab = "promise_checks"
    form_class = TermForm
    service = set_contract_term
    rule = check_set_term

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What was entered, else the usual reminders."""
        term = term_of(target)
        if term is None:
            return {
                "looks_after": target.owner_id,
                "remind_days": as_typed(default_remind_days()),
            }
        return {
            **{name: getattr(term, name) for name in DATES},
            "looks_after": term.looks_after_id,
            "remind_days": as_typed(term.remind_days),
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        """Says at once that nobody can be reminded any more."""
        term = term_of(target)
        passed = term and term.deadline and term.deadline < today_in(target.zone)
        return f"{self.success} {PASSED}" if passed else self.success

    def cancel_url(self, target: Evaluation) -> str:
        return self.page(target, "contract")


def as_typed(days: list[int]) -> str:
    """Days as they are typed."""
    return ", ".join(map(str, days))


class OutcomeForm(forms.Form):
    """What happens to it, and how that was decided."""

    outcome = forms.ChoiceField(
        label="What happens",
        choices=TermOutcome.choices,
        widget=forms.RadioSelect,
        help_text="A contract that renews automatically gets its next end at once.",
    )
    note = reason_field("How it was decided", "Such as who wrote to whom, and when.")


@register_act
class SettleContractTerm(InEvaluation[ContractTerm]):
    """Says whether the contract ends or goes on."""

    name = "settle-contract-term"
    title = "Decide on the contract"
    verb = "Save"
    help = "Does it end, or does it go on? The journal keeps the answer."
    success = "The outcome is saved."
    tab = "promise_checks"
    model = ContractTerm
    related = ("evaluation__owner",)
    target_name = "term"
    form_class = OutcomeForm
    service = settle_contract_term
    rule = check_settle_term

    def heading(self, target: ContractTerm) -> str:
        """The evaluation's name stands in the tabs already."""
        return self.title

    def cancel_url(self, target: ContractTerm) -> str:
        return self.page(target, "contract")
