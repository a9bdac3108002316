"""What is asked when a demo is arranged, moved, or its attendees are named."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.fields import (
    day_field,
    instant_from,
    link_field,
    long_text,
    time_field,
)
from evaltracker.pages.zone_field import ZoneField
from stakeholders.policy import voices
from trials.admin.acts.base import PeopleField

LONGEST_TITLE = 150


class WhenForm(forms.Form):
    """When a demo is, as clocks show it there."""

    day = day_field("Day")
    time = time_field("Time")
    zone = ZoneField()
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=600)

    def clean(self) -> dict[str, Any]:
        """A time that exists there."""
        data = super().clean() or {}
        if "zone" in data:
            instant_from(self, "day", "time", data["zone"])
        return data


class AttendanceForm(forms.Form):
    """Who attends, and where they meet."""

    guests = PeopleField(
        label="Our attendees",
        help_text=(
            "They get the invitation with a calendar file. Without any, everybody with "
            "a part is invited. You are, in any case."
        ),
    )
    vendor_people = forms.CharField(
        label="Attendees of the vendor",
        required=False,
        widget=long_text(2),
        help_text="One a line; nobody is sent anything.",
    )
    meeting_url = link_field(
        "Meeting link", help_text="Stands in the invitation and its calendar file."
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["guests"]
        choice.queryset = voices().filter(evaluation=evaluation).select_related("user")


class DemoForm(AttendanceForm, WhenForm):
    title = forms.CharField(label="Title")
    draws_up = forms.BooleanField(
        label="Draw up its script: what is not proven yet, must-haves first",
        required=False,
        initial=True,
    )

    field_order = ("title", *WhenForm.base_fields)
