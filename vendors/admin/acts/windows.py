"""Opening and closing the time in which vendors write claims."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import wall_of
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import day_field, instant_from, reason_field, time_field
from vendors.services.windows import (
    check_close_claims,
    check_move_claims_close,
    check_open_claims,
    check_reopen_claims,
    close_claims,
    move_claims_close,
    open_claims,
    reopen_claims,
)

USUAL_DAYS = 14


class ClosingForm(forms.Form):
    """Until when, as clocks in the evaluation's zone show it."""

    close_at = day_field("Last day")
    close_time = time_field(
        "Closing time",
        required=False,
        help_text="Blank is the end of the day, midnight.",
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["close_at"].help_text = (
            f"By the clocks of {zone}, the evaluation's time zone. The server's clock "
            "decides to the millisecond."
        )

    def clean(self) -> dict[str, Any]:
        """The deadline as the service wants it: a day, or an instant."""
        data = super().clean() or {}
        instant = instant_from(self, "close_at", "close_time", self.zone)
        data.pop("close_time", None)
        if instant is not None:
            data["close_at"] = instant
        return data


class ReopenForm(ClosingForm):
    """A new end, and why."""

    reason = reason_field(help_text="All readers of the journal see it.")


class WindowAct(OnEvaluation):
    """What has a closing time."""

    tab = "candidates"
    form_class = ClosingForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"zone": target.zone}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """Two weeks from today, or the end that stands."""
        return closing_of(target)


def closing_of(evaluation: Evaluation) -> dict[str, Any]:
    """The end that stands if it is still to come, else two weeks from today."""
    now = timezone.now()
    end = evaluation.claims_close_at
    if end is not None and end > now:
        wall = wall_of(end, evaluation.zone)
        return {"close_at": wall.date(), "close_time": wall.time()}
    day = wall_of(now, evaluation.zone).date() + datetime.timedelta(days=USUAL_DAYS)
    return {"close_at": day, "close_time": datetime.time(17)}


@register_act
class OpenClaims(WindowAct):
    """Lets invited vendors write claims."""

    name = "open-claims"
    title = "Open answering"
    verb = "Open answering"
    help = "Invited vendors may answer the requirements from now until this end."
    success = "Vendors can answer now."
    service = open_claims
    rule = check_open_claims


@register_act
class MoveClaimsClose(WindowAct):
    name = "move-claims-close"
    title = "Move the end of answering"
    verb = "Move"
    success = "The end of answering is moved."
    form_class = ReopenForm
    service = move_claims_close
    rule = check_move_claims_close


@register_act
class CloseClaims(OnEvaluation):
    """Ends the writing of claims now."""

    tab = "candidates"
    name = "close-claims"
    title = "Close answering now"
    verb = "Close answering"
    help = (
        "No vendor can write from this moment on, not even one that is half-way. "
        "Reopening takes a reason."
    )
    success = "Answering is closed."
    dangerous = True
    service = close_claims
    rule = check_close_claims


@register_act
class ReopenClaims(WindowAct):
    """Lets vendors write again."""

    name = "reopen-claims"
    title = "Reopen answering"
    verb = "Reopen"
    help = "For all invited vendors alike."
    success = "Vendors can answer again."
    form_class = ReopenForm
    service = reopen_claims
    rule = check_reopen_claims
