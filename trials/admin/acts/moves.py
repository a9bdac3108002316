"""Moving a milestone, giving it to somebody, and saying what it hangs on."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.models import User as Person
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import NamedChoice, reason_field
from trials.admin.acts.milestones import DueForm, OnMilestone, hanging_field, others
from trials.admin.acts.trials import insiders
from trials.selectors.shifts import Shift, shifts_of
from trials.services.milestone_owners import change_reminder_days, give_milestone
from trials.services.moves import hang_milestone, move_milestone


class MoveForm(DueForm):
    """Another date, and why."""

    along = forms.BooleanField(
        label="Move what depends on it, too", required=False, initial=True
    )
    reason = reason_field(help_text="Its owner has planned with the old date.")


@register_act
class MoveMilestone(OnMilestone):
    """Puts a milestone to another date."""

    name = "move-milestone"
    title = "Move"
    verb = "Move"
    help = (
        "Reminders follow: what was not sent for the old date is called off, and the "
        "owner is reminded before the new one."
    )
    success = "The milestone is moved, and its reminders with it."
    form_class = MoveForm
    template = "trials/move.html"
    preview_verb = "Show what moves"
    service = move_milestone

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """When it is now."""
        return {name: getattr(target, name) for name in ("due_on", "due_time", "zone")}

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> list[Shift]:
        """What would move along."""
        return shifts_of(target, data["due_on"]) if data["along"] else []


class HangForm(forms.Form):
    """Which other milestone it hangs on."""

    hangs_on = hanging_field()

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["hangs_on"]
        choice.queryset = others


@register_act
class HangMilestone(OnMilestone):
    """Says what a milestone hangs on."""

    name = "hang-milestone"
    title = "Depends on"
    verb = "Save"
    success = "Saved."
    form_class = HangForm
    service = hang_milestone

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        near = others(target.evaluation, target.trial)
        return {"others": near.exclude(pk=target.pk)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What it hangs on now."""
        return {"hangs_on": target.hangs_on_id}


class GiveForm(forms.Form):
    """Whose it is from now on."""

    owner_user = NamedChoice(
        Person._default_manager.none(),
        attribute="name",
        label="Whose it is",
        help_text="Is told by mail, and reminded before it.",
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["owner_user"]
        choice.queryset = insiders(evaluation)


@register_act
class GiveMilestone(OnMilestone):
    """Makes a milestone somebody else's."""

    name = "give-milestone"
    title = "Give"
    verb = "Give"
    help = "Whose it was is no longer reminded of it."
    success = "The milestone is given; its new owner gets a mail."
    form_class = GiveForm
    service = give_milestone

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": target.evaluation}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Whose it is now."""
        return {"owner_user": target.owner_id}


class RhythmForm(forms.Form):
    """How many days before."""

    days = forms.CharField(
        label="Days before a date",
        max_length=60,
        help_text="With commas, such as 7, 2, 0. 0 is the day itself.",
    )

    def clean_days(self) -> list[int]:
        parts = self.cleaned_data["days"].replace(",", " ").split()
        if not all(
            part.isascii() and part.isdecimal() and len(part) < 4 for part in parts
        ):
            raise forms.ValidationError("Write whole numbers with commas: 7, 2, 0.")
        return [int(part) for part in parts]


@register_act
class ChangeReminderDays(OnEvaluation):
    """Says how many days before a date people are reminded."""

    name = "change-reminder-days"
    title = "When people are reminded"
    verb = "Save"
    help = (
        "Of milestones, of conditions given from now on, and vendors before claims "
        "close. What was sent already is not sent again."
    )
    success = "Saved. The reminders of all open milestones follow it."
    form_class = RhythmForm
    tab = "trials"
    service = change_reminder_days

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            "days": ", ".join(
                str(reminder_day) for reminder_day in target.reminder_days
            )
        }
