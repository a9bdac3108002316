"""Acts on the contract."""

from typing import Any, ClassVar

from django import forms

from evaltracker.decision.models import ContractTerm, TermOutcome, default_remind_days
from evaltracker.decision.selectors.contract_terms import term_of
from evaltracker.decision.services import contract_terms
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome
from evaltracker.pages.fields import (
    DaysField,
    OfferingForm,
    form_like,
    form_of,
    person_field,
    reason_field,
)
from evaltracker.pages.workspace import InEvaluation, OnEvaluation
from evaltracker.toolbox.days import today_in
from stakeholders.policy import insiders


class TermForm(OfferingForm, form_like(ContractTerm, contract_terms.DATES)):  # type: ignore[misc]
    offers: ClassVar = {"looks_after": insiders}
    looks_after = person_field(
        "Who looks after it", "Is reminded by mail, and so is the owner."
    )
    remind_days = DaysField(
        label="Remind so many days before",
        required=False,
        max_length=60,
        help_text="Before the last day to give notice, or before the end if there is "
        "none.",
    )


class SetContractTerm(OnEvaluation):
    title = "Contract"
    verb = "Save"
    help = "Reminders follow these dates. The frozen memo does not change."
    success = "The contract is saved."
    tab = "promise_checks"
    form_class = TermForm
    beside = "contract"
    service = contract_terms.set_contract_term
    rule = contract_terms.check_set_term

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        term = term_of(target)
        if term is None:
            return {
                "looks_after": target.owner_id,
                "remind_days": default_remind_days(),
            }
        return {
            **{name: getattr(term, name) for name in contract_terms.DATES},
            "looks_after": term.looks_after_id,
            "remind_days": term.remind_days,
        }

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        term = term_of(target)
        passed = term and term.deadline and term.deadline < today_in(target.zone)
        if passed:
            late = " No reminder: its last day has passed."
        else:
            late = ""
        return f"{self.success}{late}"


class SettleContractTerm(InEvaluation[ContractTerm]):
    title = "Decide on the contract"
    verb = "Save"
    help = (
        "Enter whether the contract ends or is renewed. The journal keeps your answer."
    )
    success = "The outcome is saved."
    tab = "promise_checks"
    model = ContractTerm
    related = ("evaluation__owner",)
    target_name = "term"
    form_class = form_of(
        outcome=forms.ChoiceField(
            label="What happens",
            choices=TermOutcome.choices,
            widget=forms.RadioSelect,
            help_text="A contract that renews automatically gets its next end at once.",
        ),
        note=reason_field("How it was decided", "Such as who wrote to whom, and when."),
    )
    service = contract_terms.settle_contract_term
    rule = contract_terms.check_settle_term
    heading_format = "{title}"
    beside = "contract"
