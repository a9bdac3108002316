"""Giving one's own scores, taking them back, and locking them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Rule, register_act
from stakeholders.models import Stakeholder
from trials.admin.sheet import SheetForm, sheet_of
from trials.services.scores import (
    check_give_scores,
    check_lock_scores,
    give_score,
    lock_scores,
    withdraw_score,
)
from vendors.admin.acts.base import AboutCandidate


class OwnSheet(AboutCandidate[Stakeholder]):
    """An act on one's own score sheet; `target` is one's own part."""

    tab = "scores"
    model = Stakeholder
    rule: ClassVar[Rule | None] = check_give_scores
    target_name = "stakeholder"
    related = ("evaluation__owner", "user")

    def heading(self, target: Any) -> str:
        return f"{self.title}, as {target.get_role_display()}"


@register_act
class GiveScores(OwnSheet):
    """Saves one's own scores, until they are locked."""

    name = "give-scores"
    title = "Your scores"
    verb = "Save"
    help = (
        "0 is the worst, 5 the best, each with a reason. “Not scored” is not 0, and "
        "you can go back to it until you lock. Nobody reads your scores before that."
    )
    success = "Your scores are saved. Lock them when you are sure."
    form_class = SheetForm
    template = "trials/sheet.html"
    in_dialog = False

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """What is scored, and what was given."""
        return {"sheet": sheet_of(target)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Save what was given or taken back; the same, or nothing, changes nothing."""
        check_give_scores(target, by)
        for cell in sheet_of(target).cells:
            if cell.value_name not in data:
                continue
            value = data[cell.value_name]
            about: dict[str, Any] = {
                "candidate": cell.candidate,
                "category": cell.category,
                "by": by,
            }
            if value in (None, ""):
                if cell.given:
                    withdraw_score(stakeholder=target, **about)
                continue
            give_score(
                stakeholder=target,
                value=int(value),
                reason=data[cell.reason_name],
                **about,
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
    service = lock_scores
    rule = check_lock_scores

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """How much of the sheet is filled."""
        return {**super().context(target, user), "sheet": sheet_of(target)}
