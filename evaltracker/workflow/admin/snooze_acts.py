"""The acts *Snooze* and *Bring back*: about the reader's own list of work alone."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.kit.clock import today_in
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.workflow.services.snoozing import snooze_work, wake_work

TOMORROW, NEXT_WEEK, DAY = "tomorrow", "week", "day"


class LineForm(forms.Form):
    """Which line of the list it is about."""

    line = forms.CharField(max_length=300, widget=forms.HiddenInput)


class SnoozeForm(LineForm):
    """The line, and the day on which it is back."""

    until = forms.ChoiceField(
        choices=(
            (TOMORROW, "Tomorrow"),
            (NEXT_WEEK, "Next week"),
            (DAY, "Another day"),
        ),
        widget=forms.RadioSelect,
        initial=DAY,
    )
    day = forms.DateField(
        required=False,
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For “Another day”.",
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The line and the day on which it is back; next week begins on Monday."""
        data = super().clean() or {}
        days = {TOMORROW: 1, NEXT_WEEK: 7 - self.today.weekday()}
        chosen = data.get("until", "")
        if chosen in days:
            back = self.today + datetime.timedelta(days=days[chosen])
        elif data.get("day"):
            back = data["day"]
        else:
            raise forms.ValidationError({"day": "Choose a day."})
        return {"line": data.get("line", ""), "until": back}


class OnOwnWork(OnEvaluation):
    """An act on a line of one's own list, which belongs to an evaluation."""

    prefill: ClassVar[tuple[str, ...]] = ("line",)

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever sees the evaluation; the list is their own."""
        return True

    def cancel_url(self, target: Any) -> str:
        """Back to the list."""
        return reverse("admin:index")

    def destination(self, target: Any, made: Any) -> Outcome:
        """Back to the list."""
        return reverse("admin:index")


@register_act
class SnoozeWork(OnOwnWork):
    """Leaves a line out of the reader's list until a day."""

    name = "snooze-work"
    title = "Snooze"
    verb = "Snooze"
    help = (
        "It leaves your own list until that day, or until it changes. Nobody else sees "
        "it, and mails, reminders and deadlines go on as they are."
    )
    success = "Snoozed. Reminders and deadlines go on."
    form_class = SnoozeForm
    service = snooze_work

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"today": today_in(user.time_zone)}


@register_act
class WakeWork(OnOwnWork):
    """Puts a snoozed line back."""

    name = "wake-work"
    title = "Bring back"
    verb = "Bring back"
    help = "It stands in your list again."
    success = "It is back in your list."
    form_class = LineForm
    service = wake_work
