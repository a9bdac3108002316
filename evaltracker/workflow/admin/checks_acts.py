"""Acts on promise checks: judging, moving, waiving and closing them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import DateField, reason_field
from evaltracker.workflow import links
from evaltracker.workflow.choices import CheckFound
from evaltracker.workflow.models import PromiseCheck
from evaltracker.workflow.selectors.promises import PromisedRow, promised_rows
from evaltracker.workflow.services.promise_checks import (
    check_close,
    check_judge,
    check_run,
    close_check,
    move_check,
    record_promises,
    waive_check,
)
from vendors.admin.acts.base import AboutCandidate


class OnCheck(AboutCandidate[PromiseCheck]):
    """An act on one check; the owner's, unless it says otherwise."""

    tab = "promise_checks"
    model = PromiseCheck
    target_name = "check"
    related = ("candidate__evaluation__owner",)

    def heading(self, target: PromiseCheck) -> str:
        """After how many months."""
        return f"{self.title} after {target.months} months"

    def cancel_url(self, target: PromiseCheck) -> str:
        where = self.evaluation(target)
        return links.page(where, "promise_checks", f"check-{target.pk}")


class JudgeForm(forms.Form):
    """A verdict and a note for each promise; blank is not judged yet."""

    def __init__(self, *args: Any, rows: list[PromisedRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            ref, said = row.requirement.ref, row.last
            self.fields[f"found-{ref}"] = forms.ChoiceField(
                label=f"{ref}: does it hold?",
                choices=[("", "not judged yet"), *CheckFound.choices],
                required=False,
                initial=said.found if said else "",
            )
            self.fields[f"note-{ref}"] = forms.CharField(
                label=f"{ref}: how was it seen?",
                required=False,
                max_length=2000,
                initial=said.note if said else "",
            )

    def lines(self) -> list[tuple[PromisedRow, Any, Any]]:
        """Each promise with its two fields, for the page."""
        return [
            (
                row,
                self[f"found-{row.requirement.ref}"],
                self[f"note-{row.requirement.ref}"],
            )
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        """A verdict comes with a note, and a note with a verdict."""
        data = super().clean() or {}
        for row in self.rows:
            ref = row.requirement.ref
            found, note = data.get(f"found-{ref}"), data.get(f"note-{ref}")
            if found and not note:
                self.add_error(f"note-{ref}", "Say how it was seen.")
            if note and not found:
                self.add_error(f"found-{ref}", "Say whether it holds.")
        return data


@register_act
class JudgePromises(OnCheck):
    """Says of each promise whether it holds today."""

    name = "judge-promises"
    title = "Promise check"
    verb = "Save the verdicts"
    help = (
        "Does what was promised hold today? Judge what you can; the rest can wait. "
        "The memo stays as it was frozen."
    )
    success = "The verdicts are saved."
    form_class = JudgeForm
    template = "workflow/judge_promises.html"
    service = record_promises
    rule = check_judge

    def form_kwargs(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        return {"rows": promised_rows(target.candidate, [target])}

    def arguments(
        self, target: PromiseCheck, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What was found, with its note, by ref; what is blank is left out."""
        refs = [
            name.removeprefix("found-") for name in data if name.startswith("found-")
        ]
        found = {
            ref: (data[f"found-{ref}"], data[f"note-{ref}"])
            for ref in refs
            if data[f"found-{ref}"]
        }
        return {"check": target, "found": found}


class MoveForm(forms.Form):
    due_on = DateField(label="New day", help_text="In the evaluation's time zone.")


@register_act
class MoveCheck(OnCheck):
    """Does it on another day."""

    name = "move-check"
    title = "Move the check"
    verb = "Move it"
    help = "You are reminded a week before, on the day, and a week after if it is open."
    success = "The check is moved."
    form_class = MoveForm
    service = move_check
    rule = check_run

    def initial(self, target: PromiseCheck, user: User) -> dict[str, Any]:
        """The day that stands."""
        return {"due_on": target.due_on}


class ReasonForm(forms.Form):
    reason = reason_field(help_text="It stays beside the check and in the journal.")


@register_act
class WaiveCheck(OnCheck):
    name = "waive-check"
    title = "Leave out the check"
    verb = "Leave it out"
    help = "Nobody is reminded of it any more. It cannot be taken back."
    success = "The check is left out."
    form_class = ReasonForm
    dangerous = True
    service = waive_check
    rule = check_run


class CloseForm(forms.Form):
    """What it came to."""

    summary = forms.CharField(
        label="What it came to",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text="For the next person who evaluates this vendor.",
    )


@register_act
class CloseCheck(OnCheck):
    """Ends it, once every promise has its verdict."""

    name = "close-check"
    title = "Close the check"
    verb = "Close it"
    help = "Every promise has to have its verdict. Closed verdicts stay as they are."
    success = "The check is closed."
    form_class = CloseForm
    service = close_check
    rule = check_close
