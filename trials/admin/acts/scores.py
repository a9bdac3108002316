"""Giving, locking, opening and closing people's scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.evaluations.admin.acts import register_act
from stakeholders.models import Stakeholder
from trials.admin.sheet import SheetForm, sheet_of
from trials.services.scores import (
    close_scores,
    give_score,
    lock_scores,
    open_consensus,
)
from vendors.admin.acts.base import InEvaluation, OnEvaluation
from vendors.admin.inputs import long_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaltracker.evaluations.models import User


class OwnSheet(InEvaluation):
    """An act on one's own score sheet; `target` is one's own part."""

    tab = "scores"
    model = Stakeholder
    related = ("evaluation__owner", "user")

    def allowed(self, user: User, target: Any) -> bool:
        """Oneself."""
        return target.user_id == user.pk and target.scores and target.left_at is None

    def heading(self, target: Any) -> str:
        """As which role."""
        return f"{self.title}, as {target.get_role_display()}"


@register_act
class GiveScores(OwnSheet):
    """Saves one's own scores, until they are locked."""

    name = "give-scores"
    title = "Your scores"
    verb = "Save"
    help = (
        "0 is the worst, 5 the best. What you leave blank is not scored, which is not "
        "0. Nobody reads them before you have locked yours and they theirs."
    )
    success = "Your scores are saved. Lock them when you are sure."
    form_class = SheetForm
    template = "trials/sheet.html"

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """What is scored, and what was given."""
        return {"sheet": sheet_of(target)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Save what was given; what is the same writes nothing."""
        sheet = sheet_of(target)
        for cell in sheet.cells:
            value = data.get(cell.value_name)
            if value in (None, ""):
                continue
            give_score(
                stakeholder=target,
                candidate=cell.candidate,
                category=cell.category,
                value=int(value),
                reason=data.get(cell.reason_name, ""),
                by=by,
            )


@register_act
class LockScores(OwnSheet):
    """Makes one's own scores final."""

    name = "lock-scores"
    title = "Lock your scores"
    verb = "Lock for good"
    help = (
        "They can never change afterwards, and in return you see the others' scores. "
        "There is no way back."
    )
    success = "Your scores are locked."
    template = "trials/lock.html"
    dangerous = True

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """How much of the sheet is filled."""
        return {**super().context(target, user), "sheet": sheet_of(target)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Lock them."""
        lock_scores(stakeholder=target, by=by)


@register_act
class OpenConsensus(OnEvaluation):
    """Opens everybody's scores for the meeting."""

    name = "open-consensus"
    title = "Open the consensus"
    verb = "Open all scores"
    help = (
        "Every sheet is locked as it stands, also of those who have not finished, and "
        "everybody with a part reads all scores. There is no way back."
    )
    success = "All scores are open."
    tab = "scores"
    dangerous = True

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Open them."""
        open_consensus(evaluation=target, by=by)


class OutcomeForm(forms.Form):
    """What the meeting came to."""

    outcome = forms.CharField(
        label="What the meeting came to",
        widget=long_text(6),
        help_text="The memo prints it. The scores stay as they were given.",
    )


@register_act
class CloseScores(OnEvaluation):
    """Ends the consensus with its outcome."""

    name = "close-scores"
    title = "Close the scores"
    verb = "Close"
    success = "Scores are closed."
    tab = "scores"
    form_class = OutcomeForm

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Close them."""
        close_scores(evaluation=target, by=by, **data)
