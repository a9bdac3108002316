"""Which run tokens post, and which runs count."""

from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import long_text
from trials.admin.acts.base import OnTrial
from trials.models import Run, RunToken, Trial
from trials.services.leaving_out import (
    check_leave_out_run,
    check_take_back_run,
    leave_out_run,
    take_back_run,
)
from trials.services.run_tokens import check_revoke_run_token, revoke_run_token

TRIAL = ("candidate__evaluation__owner", "lead")


@register_act
class RevokeRunToken(OnTrial):
    """Ends a run token."""

    name = "revoke-run-token"
    title = "Revoke a run token"
    verb = "Revoke the token"
    help = "The next post with it is refused. What it reported stays."
    success = "The run token is revoked."
    model = RunToken
    target_name = "token"
    related = tuple(f"trial__{path}" for path in TRIAL)
    dangerous = True
    service = revoke_run_token
    rule = check_revoke_run_token

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.label or target.prefix}"


class OnRun(OnTrial):
    """An act on a run."""

    model = Run
    target_name = "run"
    related = (
        "criterion__requirement",
        *(f"criterion__trial__{path}" for path in TRIAL),
    )

    def trial(self, target: Any) -> Trial:
        """The trial of its criterion."""
        found: Trial = target.criterion.trial
        return found

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.criterion.requirement.ref}, {target.words}"

    def cancel_url(self, target: Any) -> str:
        """The runs of the trial."""
        return reverse("admin:trial_runs", args=[self.trial(target).pk])


class LeaveOutForm(forms.Form):
    """Why it does not count."""

    reason = forms.CharField(
        label="Reason",
        widget=long_text(3),
        help_text="It stands beside the run, which stays in the picture.",
    )


@register_act
class LeaveOutRun(OnRun):
    """Lets a run count no more."""

    name = "leave-out-run"
    title = "Leave out a run"
    verb = "Leave it out"
    success = "The run no longer counts."
    form_class = LeaveOutForm
    service = leave_out_run
    rule = check_leave_out_run


@register_act
class TakeBackRun(OnRun):
    """Lets a run count again."""

    name = "take-back-run"
    title = "Take a run back in"
    verb = "Take it back in"
    success = "The run counts again."
    service = take_back_run
    rule = check_take_back_run
