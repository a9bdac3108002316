"""Taking an answer sheet back that came by mail, and entering it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from evaltracker.errors import Problem
from evaltracker.evaluations.models import User
from evaltracker.kit.clock import wall_of
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import day_field, instant_from, time_field
from vendors.admin.acts.base import AboutCandidate, OnCandidate
from vendors.admin.conflict_question import open_answers
from vendors.models import Candidate, MailedSheet
from vendors.services.mailed_sheets import (
    answers_on,
    check_enter_sheet,
    check_take_sheet,
    enter_sheet,
    take_sheet,
)


class SheetForm(forms.Form):
    """The file, and when it came."""

    file = forms.FileField(
        label="The filled answer sheet, or a questionnaire",
        help_text="As it came, at most 10 MB. It is kept among the candidate's files.",
    )
    arrived_at = day_field("The mail came on")
    arrived_time = time_field("At")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["arrived_time"].help_text = (
            f"By the clocks of {zone}. What the vendor has said itself after that "
            "stays as it is."
        )

    def clean(self) -> dict[str, Any]:
        """The instant, as the service wants it."""
        data = super().clean() or {}
        instant = instant_from(self, "arrived_at", "arrived_time", self.zone)
        data.pop("arrived_time", None)
        if instant is not None:
            data["arrived_at"] = instant
        return data


def page_of(candidate: Candidate) -> str:
    """Where the owner sees the candidate's sheets."""
    return reverse("admin:candidate", args=[candidate.pk]) + "#vendor-side"


@register_act
class TakeSheet(OnCandidate):
    """Uploads an answer sheet that came by mail."""

    name = "take-sheet"
    title = "Upload a sheet that came by mail"
    verb = "Upload and preview"
    help = (
        "For a vendor that answers by mail. You see what would change before anything "
        "is entered."
    )
    success = "The sheet is kept. Nothing is entered yet."
    form_class = SheetForm
    service = take_sheet
    rule = check_take_sheet

    def ask_before(self, request: HttpRequest, target: Candidate) -> None:
        """For a conflict of interest, as the sheet holds answers."""
        open_answers(request, target.evaluation)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Now, by the clocks of the evaluation."""
        now = wall_of(timezone.now(), target.evaluation.zone)
        return {"arrived_at": now.date(), "arrived_time": now.time()}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"zone": target.evaluation.zone}

    def destination(self, target: Any, made: Any) -> str:
        """To the preview of what it would change."""
        return reverse("admin:act_on", args=[EnterSheet.name, made.pk])

    def cancel_url(self, target: Any) -> str:
        return page_of(target)


@register_act
class EnterSheet(AboutCandidate[MailedSheet]):
    """Enters a sheet as the vendor's own words."""

    name = "enter-sheet"
    title = "Enter the vendor's answers"
    verb = "Enter and hand in"
    help = (
        "They become the vendor's own answers, marked as entered by you from its mail. "
        "The vendor gets the receipt and is asked to confirm."
    )
    success = "The answers are entered and handed in for the vendor."
    template = "vendors/enter_sheet.html"
    in_dialog = False
    model = MailedSheet
    target_name = "sheet"
    related = ("candidate__evaluation__owner", "candidate__vendor", "file")
    tab = "candidates"
    service = enter_sheet
    rule = check_enter_sheet

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """What would change, as far as it can be entered."""
        return {**super().context(target, user), **self.answers(target, user)}

    def answers(self, target: MailedSheet, user: User) -> dict[str, Any]:
        """The preview; nothing where the rule refuses."""
        if self.why_not(user, target):
            return {}
        try:
            return {"answers": answers_on(target, user)}
        except Problem as problem:
            return {"unreadable": problem}

    def heading(self, target: Any) -> str:
        """Whose answers they are."""
        return f"{self.title}: {target.candidate}"

    def cancel_url(self, target: Any) -> str:
        return page_of(target.candidate)
