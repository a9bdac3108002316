"""Confirming the verdict that runs propose."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import long_text
from trials.admin.acts.base import VerdictForm
from trials.admin.acts.criteria import JudgeCriterion
from trials.admin.run_rows import runs_rows
from trials.choices import DataOwner, Runner
from trials.services.confirming import check_confirm_runs, confirm_runs


class ConfirmForm(VerdictForm):
    """The verdict that is proposed, or another with a reason."""

    note = None  # type: ignore[assignment]
    proposed = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=long_text(2),
        help_text="Needed for another verdict than the proposed. The vendor reads it "
        "if the verdict is “fails”.",
    )

    field_order = ("verdict", "reason", "runner", "data")


@register_act
class ConfirmRuns(JudgeCriterion):
    """Records the verdict that the runs of a criterion propose, or another."""

    name = "confirm-runs"
    title = "Confirm what the runs propose"
    verb = "Confirm"
    help = (
        "It is kept for good, with the runs as they are now. Runs that come in later "
        "do not change it; confirm them anew."
    )
    success = "Confirmed."
    form_class = ConfirmForm
    template = "trials/confirm.html"
    version_fields = ("claim", "proposed")
    service = confirm_runs
    rule = check_confirm_runs

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The proposed verdict; run by us, and on the data that was said last."""
        row = runs_rows(target.trial, [target]).get(target.pk)
        proposed = (row and row.count.proposal.verdict) or ""
        usual = {"runner": Runner.US, "data": DataOwner.OURS}
        before = super().initial(target, user)
        return {**usual, **before, "proposed": proposed, "verdict": proposed}

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The claim that is judged, and the runs."""
        runs = runs_rows(target.trial, [target]).get(target.pk)
        return {**super().context(target, user), "runs": runs, "one": target}

    def success_message(self, target: Any, outcome: Any) -> str:
        return f"Confirmed: {target.requirement}."
