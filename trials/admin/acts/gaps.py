"""What a trial found missing."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import day_field, long_text
from trials.admin.acts.base import AboutRequirement, OnTrial
from trials.choices import Retest, Severity
from trials.models import Gap
from trials.policy import today_in
from trials.services.gaps import (
    check_close_gap,
    check_record_gap,
    check_reply_to_gap,
    close_gap,
    record_gap,
    reply_to_gap,
)
from trials.services.retests import check_retest_gap, retest_gap


class GapForm(AboutRequirement):
    severity = forms.ChoiceField(
        label="How much it matters",
        choices=Severity.choices,
        widget=forms.RadioSelect,
        help_text="An open deal-breaker stops the evaluation from leaving trials.",
    )
    text = forms.CharField(label="What is missing", widget=long_text(3))
    found_on = day_field("Found on")
    workaround = forms.CharField(
        label="Workaround", required=False, widget=long_text(2)
    )

    field_order = ("text", "severity", "found_on", "requirement", "workaround")


@register_act
class RecordGap(OnTrial):
    """Notes what is missing."""

    name = "record-gap"
    title = "Record a gap"
    verb = "Record"
    help = "As soon as it is found: the early gaps are the cheap ones."
    success = "The gap is in the log."
    form_class = GapForm
    service = record_gap
    rule = check_record_gap

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"evaluation": self.evaluation(target)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"found_on": today_in(target.zone)}


class OnGap(OnTrial):
    """An act on one gap."""

    model = Gap
    target_name = "gap"
    related = ("trial__candidate__evaluation__owner", "trial__lead", "requirement")
    template = "trials/gap.html"

    def cancel_url(self, target: Any) -> str:
        """The gap on the trial's page."""
        return super().cancel_url(target) + f"#gap-{target.pk}"


class ReplyForm(forms.Form):
    """What the vendor answers."""

    reply = forms.CharField(label="What the vendor says", widget=long_text())
    promised_for = day_field("Promised for", required=False)


@register_act
class ReplyToGap(OnGap):
    """Notes what the vendor answered."""

    name = "reply-to-gap"
    title = "Note the vendor's reply"
    verb = "Save"
    help = "The vendor can also reply by itself, through the API."
    success = "The reply is noted."
    form_class = ReplyForm
    service = reply_to_gap
    rule = check_reply_to_gap

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"reply": target.reply, "promised_for": target.promised_for}


class RetestForm(forms.Form):
    """What trying it again came to."""

    outcome = forms.ChoiceField(
        label="What it came to",
        choices=Retest.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="What you saw", widget=long_text(3), help_text="The vendor reads it, too."
    )


@register_act
class RetestGap(OnGap):
    """Says what trying a gap again came to."""

    name = "retest-gap"
    title = "Try the gap again"
    verb = "Save"
    help = (
        "Mended: the gap closes once the trial's lead has seen it. Still there: the "
        "vendor is told and may reply once more. Judge criteria again on the trial's "
        "page."
    )
    success = "The retest is in the log."
    form_class = RetestForm
    service = retest_gap
    rule = check_retest_gap


class ClosingForm(forms.Form):
    note = forms.CharField(
        label="How it ended",
        widget=long_text(3),
        help_text="Fixed, worked around, or accepted.",
    )


@register_act
class CloseGap(OnGap):
    """Says how a gap ended."""

    name = "close-gap"
    title = "Close the gap"
    verb = "Close"
    success = "The gap is closed."
    form_class = ClosingForm
    service = close_gap
    rule = check_close_gap
