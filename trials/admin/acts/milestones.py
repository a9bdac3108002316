"""Dated things to do, and gaps."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.models import User as Person
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import (
    NamedChoice,
    day_field,
    instant_from,
    long_text,
    time_field,
    without_blank,
)
from evaltracker.pages.zone_field import ZoneField
from trials.admin.acts.base import OnTrial
from trials.admin.acts.trials import insiders
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.policy import today_in
from trials.services.milestones import (
    add_milestone,
    check_add_trial_milestone,
    check_move_milestone,
    check_settle_milestone,
    settle_milestone,
)


class DueForm(forms.Form):
    """When it is due, as clocks show it there."""

    due_on = day_field("Due on")
    due_time = time_field("At")
    zone = ZoneField()

    def clean(self) -> dict[str, Any]:
        """A time that exists there."""
        data = super().clean() or {}
        if "zone" in data:
            instant_from(self, "due_on", "due_time", data["zone"])
        return data


def hanging_field() -> NamedChoice:
    """The milestone that this one hangs on."""
    return NamedChoice(
        Milestone.objects.none(),
        attribute="title",
        label="Depends on",
        required=False,
        empty_label="nothing",
        help_text="When that one moves, this one moves by as many days.",
    )


def others(evaluation: Evaluation, trial: Trial | None) -> Any:
    """The open milestones that one of `trial`, or of the evaluation, may hang on."""
    near = Q(trial__isnull=True) | Q(trial=trial)
    return Milestone.objects.filter(
        near, evaluation=evaluation, state=MilestoneState.OPEN
    )


class MilestoneForm(DueForm):
    title = forms.CharField(label="What is due", max_length=150)
    owner_user = NamedChoice(
        Person._default_manager.none(),
        attribute="name",
        label="Whose it is",
        help_text="Is reminded by mail before it.",
    )

    hangs_on = hanging_field()

    field_order = ("title", "owner_user")

    def __init__(
        self, *args: Any, evaluation: Evaluation, others: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner_user"].queryset = insiders(evaluation)
        fields["hangs_on"].queryset = others


def usual_due(zone: str, user: User) -> dict[str, Any]:
    """A week from today, at the end of the working day, one's own."""
    return {
        "due_on": today_in(zone) + datetime.timedelta(days=7),
        "due_time": datetime.time(17),
        "zone": zone,
        "owner_user": user.pk,
    }


@register_act
class AddMilestone(OnEvaluation):
    """Sets a date in the evaluation."""

    name = "add-milestone"
    title = "Add a milestone"
    verb = "Add"
    again_verb = "Add and start another"
    help = "For the evaluation as a whole; a trial's own are added on its page."
    success = "The milestone is added; its owner will be reminded."
    form_class = MilestoneForm
    tab = "trials"
    service = add_milestone

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target, "others": others(target, None)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """A week from today."""
        return usual_due(target.zone, user)


@register_act
class AddTrialMilestone(OnTrial):
    """Sets a date in a trial."""

    name = "add-trial-milestone"
    title = "Add a milestone"
    verb = "Add"
    again_verb = "Add and start another"
    success = "The milestone is added; its owner will be reminded."
    form_class = MilestoneForm
    service = add_milestone
    rule = check_add_trial_milestone

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        evaluation = self.evaluation(target)
        return {"evaluation": evaluation, "others": others(evaluation, target)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """A week from today."""
        return usual_due(target.zone, user)

    def arguments(self, target: Trial, data: Mapping[str, Any]) -> dict[str, Any]:
        """Also the evaluation in which the trial runs."""
        return {"evaluation": self.evaluation(target), "trial": target, **data}


class OnMilestone(InEvaluation[Milestone]):
    """An act on a milestone."""

    tab = "trials"
    model = Milestone
    rule = check_move_milestone
    target_name = "milestone"
    related = ("evaluation__owner", "owner", "trial__candidate__evaluation__owner")

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.title}"

    def cancel_url(self, target: Any) -> str:
        """The trial, or the page of all."""
        if target.trial_id:
            return reverse("admin:trial", args=[target.trial_id]) + "#milestones"
        return self.page(target, "milestones")


class SettleForm(forms.Form):
    state = forms.ChoiceField(
        label="How it went",
        choices=without_blank(MilestoneState.choices, MilestoneState.OPEN),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=long_text(2),
        help_text="Needed unless it was met.",
    )


@register_act
class SettleMilestone(OnMilestone):
    """Says how a milestone went."""

    name = "settle-milestone"
    title = "Settle"
    verb = "Settle"
    help = "Nobody is reminded of it any more."
    success = "The milestone is settled."
    form_class = SettleForm
    prefill = ("state",)
    service = settle_milestone
    rule = check_settle_milestone
