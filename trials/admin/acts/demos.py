"""Arranging, scripting, holding and judging demos."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import User
from evaltracker.kit.clock import wall_of
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.fields import (
    long_text,
    reason_field,
)
from trials.admin.acts.base import OnDemo
from trials.admin.acts.demo_forms import (
    LONGEST_TITLE,
    AttendanceForm,
    DemoForm,
    WhenForm,
)
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
from trials.services.scripts import draw_up_script
from vendors.admin.acts.base import OnCandidate
from vendors.models import Candidate


@register_act
class ScheduleDemo(OnCandidate):
    name = "schedule-demo"
    title = "Schedule a demo"
    verb = "Schedule"
    help = "It follows our script, not the vendor's."
    success = "The demo is scheduled. Read its script before you send it."
    form_class = DemoForm
    tab = "demos"
    rule = check_schedule_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """A week from now, in the evaluation's zone."""
        zone = target.evaluation.zone
        day = wall_of(timezone.now(), zone).date() + datetime.timedelta(days=7)
        when = {"day": day, "time": datetime.time(10), "zone": zone, "minutes": 90}
        return {"title": f"Demo of {target.name}"[:LONGEST_TITLE], **when}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Whom it is asked among."""
        return {"evaluation": target.evaluation}

    def perform(
        self, target: Candidate, data: Mapping[str, Any], by: User
    ) -> str | None:
        """Schedule it; one without a script leads on to its page."""
        values = dict(data)
        draws_up = values.pop("draws_up")
        demo = schedule_demo(candidate=target, by=by, **values)
        if draws_up:
            draw_up_script(demo=demo, by=by)
        return None if draws_up else reverse("admin:demo", args=[demo.pk])

    def success_message(self, target: Candidate, outcome: Outcome) -> str:
        """What is next, with or without a script."""
        return "The demo is scheduled. Draw up its script." if outcome else self.success


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
    again_verb = "Add and start another"
    help = "What glitters goes here. It scores nothing, now or later."
    success = "It is on the dazzle list, where it scores nothing."
    form_class = DazzleForm
    service = add_dazzle
    rule = check_add_dazzle
