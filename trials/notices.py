"""The kinds of notices of milestones."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import ClassVar

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import ENDED, About, not_the_owners
from evaltracker.notices.kinds import Message, register
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.selectors.orphans import orphaned_milestones

ANOTHERS = "The milestone belongs to somebody else now."


class AboutMilestone(About[Milestone]):
    """A mail about a milestone; a kind of it adds whose it is and what it says."""

    for_chat: ClassVar[bool] = True
    # In two queries, whatever the number.
    rows: ClassVar = Milestone.objects.prefetch_related("evaluation")
    gone: ClassVar[str] = "The milestone is no longer there."

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        """Titles, with the candidate whose trial it belongs to."""
        rows = self.rows.filter(pk__in=ids).select_related("trial__candidate")
        return {
            str(row.pk): f"{row.title} ({row.trial.candidate})"
            if row.trial
            else row.title
            for row in rows
        }

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        """Unless the milestone is open and on that date."""
        if row.state != MilestoneState.OPEN:
            yield f"The milestone is {row.get_state_display().lower()}."
        if str(row.occurrence) != notice.occurrence:
            yield "The milestone was moved."
        if not row.evaluation.is_open:
            yield ENDED

    def page(self, notice: Notice, row: Milestone) -> str:
        """The page that shows it; the title may name a vendor."""
        return page_of(row)

    def values(self, notice: Notice, row: Milestone) -> dict[str, str]:
        """What it is called, and whether it is somebody else's."""
        mine = row.owner_id == notice.recipient_id
        return {"what": noun_of(row), "anothers": "" if mine else "yes"}

    def compose(self, notice: Notice) -> Message:
        """The date and the way to the page."""
        row = self.row(notice)
        return self.dated(notice, row, row.due_at)


@register
class MilestoneDue(AboutMilestone):
    """A reminder to the owner of a milestone, some days before it and on the day."""

    name: ClassVar[str] = "milestone_due"
    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        """As for all, and unless it is still theirs."""
        yield from super().reasons(notice, row)
        if row.owner_id != notice.recipient_id:
            yield ANOTHERS


@register
class MilestoneGiven(MilestoneDue):
    """It was somebody else's and is the reader's now."""

    name: ClassVar[str] = "milestone_given"
    for_chat: ClassVar[bool] = False


@register
class MilestoneOrphaned(AboutMilestone):
    """It is nobody's any more: told to who runs the purchase."""

    name: ClassVar[str] = "milestone_orphaned"
    for_chat: ClassVar[bool] = False

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        """As for all, and once it is given to somebody who takes part."""
        yield from super().reasons(notice, row)
        yield not_the_owners(notice)
        if not orphaned_milestones().filter(pk=row.pk).exists():
            yield "Its owner takes part again."


@register
class MilestoneOverdue(AboutMilestone):
    """It has passed and is open: each working day to its owner, then further up."""

    name: ClassVar[str] = "milestone_overdue"

    def reasons(self, notice: Notice, row: Milestone) -> Iterator[str]:
        """As for all, and unless the reader is its owner or runs the purchase."""
        yield from super().reasons(notice, row)
        if notice.recipient_id not in (row.owner_id, row.evaluation.owner_id):
            yield ANOTHERS


def noun_of(milestone: Milestone) -> str:
    """What mails and calendars call it."""
    return "A trial milestone" if milestone.trial_id else "A milestone"


def page_of(milestone: Milestone) -> str:
    """The page that shows it: its trial's, else the trials of the evaluation.

    A mail that is owed goes out even while a page is missing, so the start page
    stands in for it.
    """
    try:
        if milestone.trial_id:
            return _address("admin:trial", str(milestone.trial_id))
        return _address("admin:evaluation_trials", milestone.evaluation.slug)
    except NoReverseMatch:
        return reverse("admin:index")


@lru_cache(maxsize=1024)
def _address(page: str, of: str) -> str:
    """Looked up once for the many mails of a sweep about one trial."""
    return reverse(page, args=[of])
