"""Planning and closing trials."""

from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.models import User as Person
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import (
    NamedChoice,
    day_field,
    long_text,
    mark_needed,
)
from evaltracker.pages.zone_field import ZoneField
from stakeholders.models import Stakeholder
from trials.admin.acts.base import OnTrial
from trials.selectors.to_draw_up import days_of_trials
from trials.services.trials import (
    change_trial,
    check_change_trial,
    check_close_trial,
    check_plan_trial,
    close_trial,
    plan_trial,
)
from vendors.admin.acts.base import OnCandidate
from vendors.models import Candidate


def insiders(evaluation: Evaluation) -> Any:
    """The owner and everybody with a role."""
    parts = Stakeholder.objects.filter(evaluation=evaluation, left_at__isnull=True)
    people = {evaluation.owner_id, *parts.values_list("user_id", flat=True)}
    return Person._default_manager.filter(pk__in=people, is_active=True)


class TrialForm(forms.Form):
    """The plan of a trial and its contract."""

    title = forms.CharField(label="Title", max_length=150, initial="Trial")
    starts_on = day_field("First day")
    ends_on = day_field("Last day")
    zone = ZoneField()
    lead = NamedChoice(
        Person._default_manager.none(), attribute="name", label="Who leads it"
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

    name = "plan-trial"
    title = "Plan a trial"
    verb = "Plan"
    help = "What is blank now is filled in before the contract is agreed."
    success = "The trial is planned. Name its success criteria, then agree."
    form_class = TrialForm
    tab = "trials"
    service = plan_trial
    rule = check_plan_trial

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

    name = "change-trial"
    title = "Change the plan"
    verb = "Save"
    success = "Saved."
    form_class = TrialForm
    service = change_trial
    rule = check_change_trial

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
    name = "close-trial"
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
    rule = check_close_trial
