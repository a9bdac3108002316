"""The contract of a trial: put forward, agreed by each role, changed, moved."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import (
    NamedChoice,
    day_field,
    long_text,
    mark_needed,
    reason_field,
)
from evaltracker.pages.measure_field import ZoneField
from evaltracker.pages.workspace import OnEvaluation
from stakeholders.models import Stakeholder
from trials.admin.base import OnTrial
from trials.selectors.contracts import contract_of, days_of_trials
from trials.selectors.matrix_json import Shift, shifts_of_trial
from trials.services.agreements import (
    agree_contract,
    agree_contracts,
    contracts_awaiting,
    digest_of_all,
)
from trials.services.criteria import (
    amend_contract,
    propose_contract,
)
from trials.services.moves import move_trial
from trials.services.trials import (
    change_trial,
    close_trial,
    plan_trial,
)
from vendors.admin.base import AboutCandidate, OnCandidate
from vendors.models import Candidate

# Planning and closing trials.


def insiders(evaluation: Evaluation) -> Any:
    """The owner and everybody with a role."""
    parts = Stakeholder.objects.filter(evaluation=evaluation, left_at__isnull=True)
    people = {evaluation.owner_id, *parts.values_list("user_id", flat=True)}
    return User._default_manager.filter(pk__in=people, is_active=True)


class TrialForm(forms.Form):
    """The plan of a trial and its contract."""

    title = forms.CharField(label="Title", max_length=150, initial="Trial")
    starts_on = day_field("First day")
    ends_on = day_field("Last day")
    zone = ZoneField()
    lead = NamedChoice(
        User._default_manager.none(), attribute="name", label="Who leads it"
    )
    workload = forms.CharField(
        label="What is run on it",
        widget=long_text(),
        help_text="Our own workload, end to end; not the vendor's example.",
    )
    environment = forms.CharField(
        label="Where it runs", required=False, widget=long_text(2)
    )
    data_allowed = forms.CharField(
        label="Which data may go in", required=False, widget=long_text(2)
    )
    people_hours = forms.CharField(
        label="Who, and how many hours", required=False, widget=long_text(2)
    )
    exit_plan = forms.CharField(
        label="Clean-up when it ends", required=False, widget=long_text(2)
    )

    difference = forms.CharField(
        label="What differs from the other finalists, and why",
        required=False,
        widget=long_text(2),
    )

    def __init__(
        self,
        *args: Any,
        evaluation: Evaluation,
        together: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        lead: Any = self.fields["lead"]
        lead.queryset = insiders(evaluation)
        if not together:
            del self.fields["difference"]


TO_PUT_FORWARD = "needed to put the contract forward"
mark_needed(
    TrialForm,
    TO_PUT_FORWARD,
    *("environment", "data_allowed", "people_hours", "exit_plan"),
)


@register_act
class PlanTrial(OnCandidate):
    """Plans a candidate's trial."""

    title = "Plan a trial"
    verb = "Plan"
    help = "What is blank now is filled in before the contract is agreed."
    success = "The trial is planned. Name its success criteria, then agree."
    form_class = TrialForm
    tab = "trials"
    service = plan_trial

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target.evaluation}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The days that the plan has for trials."""
        first, last = days_of_trials(target.evaluation)
        return {
            "title": f"Trial of {target}",
            "starts_on": first,
            "ends_on": last,
            "zone": target.evaluation.zone,
            "lead": user.pk,
        }

    def destination(self, target: Candidate, made: Any) -> str:
        return reverse("admin:trial", args=[made.pk])


@register_act
class ChangeTrial(OnTrial):
    """Changes the plan, until the contract is agreed."""

    title = "Change the plan"
    verb = "Save"
    success = "Saved."
    form_class = TrialForm
    service = change_trial

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whether the other finalists are tried on the same terms."""
        return {"evaluation": self.evaluation(target), "together": target.drawn_up}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in TrialForm.base_fields}


class SummaryForm(forms.Form):
    """What it came to."""

    summary = forms.CharField(
        label="What it came to", widget=long_text(6), help_text="The memo prints it."
    )


@register_act
class CloseTrial(OnTrial):
    title = "Close the trial"
    verb = "Close the trial"
    help = (
        "Every criterion has to be judged. Nothing of the trial changes afterwards; "
        "open milestones are called off."
    )
    success = "The trial is closed."
    form_class = SummaryForm
    dangerous = True
    service = close_trial


class ReadsContract(OnTrial):
    """An act whose page shows the contract as it stands."""

    template = "trials/agree.html"

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The words, and who is awaited."""
        contract = contract_of(target)
        return {**super().context(target, user), "contract": contract}


@register_act
class ProposeContract(ReadsContract):
    """Puts the contract forward."""

    title = "Put the contract forward"
    verb = "Put it forward"
    help = (
        "Every role is asked to agree to what is run, where, on which data, by whom, "
        "and how success is measured. Changing it takes it back."
    )
    success = "The contract is put forward; every role is asked to agree."
    service = propose_contract


class DigestForm(forms.Form):
    """Which words were read."""

    digest = forms.CharField(widget=forms.HiddenInput)


@register_act
class AgreeContract(ReadsContract):
    """Says yes for one's roles."""

    title = "Agree to the contract"
    verb = "I agree"
    help = (
        "You agree for your role to exactly these words. Once every role has, the "
        "trial can be judged, and the contract changes only by number."
    )
    success = "You have agreed."
    form_class = DigestForm
    service = agree_contract

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that are shown."""
        return {"digest": contract_of(target).digest}


@register_act
class AgreeContracts(OnEvaluation, AboutCandidate[Evaluation]):
    """Says yes for one's roles to several contracts that were read together."""

    title = "Agree to the contracts"
    verb = "I agree to all of them"
    help = (
        "You agree for your role to exactly these words, for each of these trials. "
        "To agree to one of them only, open that trial."
    )
    success = "You have agreed to each of them."
    tab = "trials"
    template = "trials/agree_all.html"
    form_class = DigestForm
    service = agree_contracts

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The words that are shown."""
        return {"digest": digest_of_all(contracts_awaiting(target, user))}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The trials whose words are shown."""
        waiting = contracts_awaiting(target, user)
        return {**super().context(target, user), "trials": waiting}


class AmendForm(TrialForm):
    """What was agreed, and why it changes."""

    reason = reason_field(help_text="Every role reads it and is asked to agree again.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on", "zone"):
            del self.fields[name]


@register_act
class AmendContract(OnTrial):
    """Changes what was agreed, by number."""

    title = "Change the contract"
    verb = "Change it"
    help = "It is a numbered change with a reason. The trial goes on meanwhile."
    success = "The contract is changed; every role is asked to agree again."
    form_class = AmendForm
    service = amend_contract

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whether the other finalists are tried on the same terms."""
        return {"evaluation": self.evaluation(target), "together": target.drawn_up}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in TrialForm.base_fields}


class DaysForm(forms.Form):
    """Other days, and why."""

    starts_on = day_field("First day")
    ends_on = day_field("Last day")
    reason = reason_field(help_text="People have planned with the old days.")


@register_act
class MoveTrial(OnTrial):
    """Puts a trial to other days."""

    title = "Move the trial"
    verb = "Move"
    help = (
        "Its open milestones move along and remind anew: those on its last day or "
        "later with the last day, the others with the first. Once the contract is "
        "agreed this is a numbered change of it."
    )
    success = "The trial is moved, and its milestones with it."
    form_class = DaysForm
    template = "trials/move.html"
    preview_verb = "Show what moves"
    service = move_trial

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"starts_on": target.starts_on, "ends_on": target.ends_on}

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> list[Shift]:
        """The milestones that would move."""
        return shifts_of_trial(target, data["starts_on"], data["ends_on"])
