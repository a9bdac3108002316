"""The kinds of notices of floor 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.mail import dated_message
from evaltracker.evaluations.notices import Message, NoticeKind, register
from trials.choices import MilestoneState
from trials.models import Milestone

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Notice


@register
class MilestoneDue(NoticeKind):
    """A reminder to the owner of a milestone, some days before it and on the day."""

    name: ClassVar[str] = "milestone_due"

    def holds(self, notice: Notice) -> str:
        """As long as the milestone is open, on that date, and still theirs."""
        milestone = _milestone_of(notice)
        if milestone is None:
            return "The milestone is no longer there."
        if milestone.state != MilestoneState.OPEN:
            return f"The milestone is {milestone.get_state_display().lower()}."
        if str(milestone.occurrence) != notice.occurrence:
            return "The milestone was moved."
        if milestone.owner_id != notice.recipient_id:
            return "The milestone belongs to somebody else now."
        if not milestone.evaluation.is_open:
            return "The evaluation has ended."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date and the way to the page; the title stays here, it may name a vendor.

        Raises:
            LookupError: the milestone is gone; `holds` is asked first.

        """
        milestone = _milestone_of(notice)
        if milestone is None:
            raise LookupError("the milestone is no longer there")
        return dated_message(
            notice=notice,
            what="A trial milestone" if milestone.trial_id else "A milestone",
            due_at=milestone.due_at,
            action="Open the milestone",
            path=_page_of(milestone),
        )


def _milestone_of(notice: Notice) -> Milestone | None:
    found: Milestone | None = (
        Milestone.objects.filter(pk=UUID(notice.subject_id))
        .select_related("evaluation")
        .first()
    )
    return found


def _page_of(milestone: Milestone) -> str:
    """The page that shows it: its trial's, else the trials of the evaluation.

    A mail that is owed goes out even while a page is missing, so the start page
    stands in for it.
    """
    try:
        if milestone.trial_id:
            return reverse("admin:trial", args=[milestone.trial_id])
        return reverse("admin:evaluation_trials", args=[milestone.evaluation.slug])
    except NoReverseMatch:
        return reverse("admin:index")
