"""Arranging, scripting, holding and judging demos."""

import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import wall_of
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import (
    day_field,
    instant_from,
    link_field,
    long_text,
    reason_field,
    time_field,
)
from evaltracker.pages.zone_field import ZoneField
from stakeholders.policy import voices
from trials.admin.acts.base import OnDemo, PeopleField
from trials.services.attendance import names_of
from trials.services.demo_cancellation import call_off_demo, check_call_off_demo
from trials.services.demo_guests import plan_attendance
from trials.services.demos import (
    add_dazzle,
    check_add_dazzle,
    check_hold_demo,
    check_move_demo,
    check_schedule_demo,
    hold_demo,
    move_demo,
    schedule_demo,
)
from vendors.admin.acts.base import OnCandidate
from vendors.models import Candidate


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
    title = forms.CharField(label="Title", initial="Demo")

    field_order = ("title", *WhenForm.base_fields)


@register_act
class ScheduleDemo(OnCandidate):
    name = "schedule-demo"
    title = "Schedule a demo"
    verb = "Schedule"
    help = "Then draw up the script: what is not proven yet, must-haves first."
    success = "The demo is scheduled. Draw up its script next."
    form_class = DemoForm
    tab = "demos"
    service = schedule_demo
    rule = check_schedule_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """A week from now, in the evaluation's zone."""
        zone = target.evaluation.zone
        day = wall_of(timezone.now(), zone).date() + datetime.timedelta(days=7)
        return {"day": day, "time": datetime.time(10), "zone": zone, "minutes": 90}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whom it is asked among."""
        return {"evaluation": target.evaluation}

    def destination(self, target: Candidate, made: Any) -> str:
        return reverse("admin:demo", args=[made.pk])


@register_act
class PlanAttendance(OnDemo):
    """Says who attends, and where they meet."""

    name = "plan-attendance"
    title = "Attendees and meeting link"
    verb = "Save"
    help = "Whoever is asked anew gets a mail; another link is sent to all of them."
    success = "Saved. Whoever is asked to attend is told by mail."
    form_class = AttendanceForm
    service = plan_attendance
    rule = check_move_demo

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whom it is asked among."""
        return {"evaluation": self.evaluation(target)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Who is asked now."""
        return {
            "guests": list(target.guests.values_list("stakeholder", flat=True)),
            "vendor_people": target.vendor_people,
            "meeting_url": target.meeting_url,
        }


@register_act
class MoveDemo(OnDemo):
    """Puts a demo to another time."""

    name = "move-demo"
    title = "Move the demo"
    verb = "Move"
    success = "The demo is moved."
    form_class = WhenForm
    service = move_demo
    rule = check_move_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """When it is now."""
        wall = wall_of(target.scheduled_for or timezone.now(), target.zone)
        return {
            "day": wall.date(),
            "time": wall.time().replace(second=0, microsecond=0),
            "zone": target.zone,
            "minutes": target.minutes,
        }


class CallOffForm(forms.Form):
    reason = reason_field(
        help_text="Everybody with a part reads it on the demo's page."
    )


@register_act
class CallOffDemo(OnDemo):
    """Says that the demo does not take place."""

    name = "call-off-demo"
    title = "Call the demo off"
    verb = "Call it off"
    help = (
        "It stays on the page with your reason. Everybody who was invited gets a mail "
        "at once, without the reason, that takes it out of their calendar. It cannot "
        "be taken back; to put it to another time, move it instead."
    )
    success = "The demo is called off; everybody who was invited gets a mail."
    form_class = CallOffForm
    dangerous = True
    service = call_off_demo
    rule = check_call_off_demo


class HoldForm(forms.Form):
    attendees = forms.CharField(
        label="Who is there", widget=long_text(3), help_text="Ours and theirs."
    )
    notes = forms.CharField(label="Notes", required=False, widget=long_text())


@register_act
class HoldDemo(OnDemo):
    """Says that the demo takes place."""

    name = "hold-demo"
    title = "Start the demo"
    verb = "It takes place"
    help = "You can judge the items now; the script no longer changes."
    success = "The demo takes place. Judge each item as you see it."
    form_class = HoldForm
    service = hold_demo
    rule = check_hold_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Who was to attend."""
        ours = "\n".join(names_of(target))
        return {"attendees": "\n".join(filter(None, (ours, target.vendor_people)))}


class DazzleForm(forms.Form):
    """What was shown that nobody asked for."""

    text = forms.CharField(label="What was shown", widget=long_text(2))
    remark = forms.CharField(label="Remark", required=False, widget=long_text(2))


@register_act
class AddDazzle(OnDemo):
    """Notes what was shown off-script."""

    name = "add-dazzle"
    title = "Add to the dazzle list"
    verb = "Add"
    help = "What glitters goes here. It scores nothing, now or later."
    success = "It is on the dazzle list, where it scores nothing."
    form_class = DazzleForm
    service = add_dazzle
    rule = check_add_dazzle
