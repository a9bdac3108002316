"""Moving a milestone, and saying what it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.evaluations.admin.acts import register_act
from trials.admin.acts.milestones import DueForm, OnMilestone, hanging_field, others
from trials.selectors.shifts import Shift, shifts_of
from trials.services.moves import hang_milestone, move_milestone
from vendors.admin.inputs import reason_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaltracker.evaluations.models import User


class MoveForm(DueForm):
    """Another date, and why."""

    along = forms.BooleanField(
        label="What hangs on it moves along", required=False, initial=True
    )
    reason = reason_field(help_text="Its owner has planned with the old date.")


@register_act
class MoveMilestone(OnMilestone):
    """Puts a milestone to another date."""

    name = "move-milestone"
    title = "Move"
    verb = "Move"
    help = (
        "Reminders follow: what was not sent for the old date is called off, and the "
        "owner is reminded anew before the new one."
    )
    success = "The milestone is moved, and its reminders with it."
    form_class = MoveForm
    template = "trials/move.html"
    preview_verb = "Show what moves"

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """When it is now."""
        return {name: getattr(target, name) for name in ("due_on", "due_time", "zone")}

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> list[Shift]:
        """What would move along."""
        return shifts_of(target, data["due_on"]) if data["along"] else []

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Move it."""
        move_milestone(milestone=target, by=by, **data)


class HangForm(forms.Form):
    """Which other milestone it hangs on."""

    hangs_on = hanging_field()

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["hangs_on"]
        choice.queryset = others


@register_act
class HangMilestone(OnMilestone):
    """Says what a milestone hangs on."""

    name = "hang-milestone"
    title = "Hangs on"
    verb = "Save"
    success = "Saved."
    form_class = HangForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """Its neighbours."""
        near = others(target.evaluation, target.trial)
        return {"others": near.exclude(pk=target.pk)}

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What it hangs on now."""
        return {"hangs_on": target.hangs_on_id}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Save it."""
        hang_milestone(milestone=target, by=by, **data)
