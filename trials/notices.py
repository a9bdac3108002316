"""The kinds of notices of floor 4."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.selectors.orphans import orphaned_milestones

LATE = "It is still open. Say that it is met, move it, or waive it with a reason."
LATE_OF_ANOTHER = (
    "It is still open. Talk to its owner, give it to somebody else, move it, or waive "
    "it with a reason."
)
GIVEN = "It was given to you: meet it, or say in time that it has to move."
ORPHANED = (
    "Nobody is reminded of it any more: its owner has no part here, or no login. "
    "Give it to somebody."
)


class AboutMilestone(NoticeKind):
    """A mail about a milestone; a kind of it adds whose it is and what it says."""

    for_chat: ClassVar[bool] = True

    def subjects(self, ids: Collection[str]) -> Mapping[str, Milestone]:
        """The milestones and their evaluations, each once, in two queries."""
        rows = Milestone.objects.filter(pk__in=[UUID(key) for key in ids])
        return {str(row.pk): row for row in rows.prefetch_related("evaluation")}

    def holds(self, notice: Notice) -> str:
        """As long as the milestone is open and on that date."""
        milestone = self.milestone(notice)
        if milestone is None:
            return "The milestone is no longer there."
        if milestone.state != MilestoneState.OPEN:
            return f"The milestone is {milestone.get_state_display().lower()}."
        if str(milestone.occurrence) != notice.occurrence:
            return "The milestone was moved."
        if not milestone.evaluation.is_open:
            return "The evaluation has ended."
        return ""

    def milestone(self, notice: Notice) -> Milestone | None:
        """What it is about; looked up unless a sweep has done so."""
        if notice.subject is not None:
            found: Milestone = notice.subject
            return found
        return self.subjects([notice.subject_id]).get(notice.subject_id)

    def dated(self, notice: Notice, lead: str = "") -> Message:
        """The date and the way to the page; the title may name a vendor.

        Raises:
            LookupError: the milestone is gone; `holds` is asked first.

        """
        milestone = self.milestone(notice)
        if milestone is None:
            raise LookupError("the milestone is no longer there")
        return dated_message(
            notice=notice,
            what=noun_of(milestone),
            due_at=milestone.due_at,
            action="Open the milestone",
            path=page_of(milestone),
            lead=lead,
        )


@register
class MilestoneDue(AboutMilestone):
    """A reminder to the owner of a milestone, some days before it and on the day."""

    name: ClassVar[str] = "milestone_due"
    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As for all, and as long as it is still theirs."""
        if no := super().holds(notice):
            return no
        milestone = self.milestone(notice)
        if milestone is not None and milestone.owner_id != notice.recipient_id:
            return "The milestone belongs to somebody else now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date."""
        return self.dated(notice)


@register
class MilestoneGiven(MilestoneDue):
    """It was somebody else's and is the reader's now."""

    name: ClassVar[str] = "milestone_given"
    for_chat: ClassVar[bool] = False

    def compose(self, notice: Notice) -> Message:
        """The date, and that it is theirs."""
        return self.dated(notice, GIVEN)


@register
class MilestoneOrphaned(AboutMilestone):
    """It is nobody's any more: told to who runs the purchase."""

    name: ClassVar[str] = "milestone_orphaned"
    for_chat: ClassVar[bool] = False

    def holds(self, notice: Notice) -> str:
        """As for all, and until it is given to somebody who takes part."""
        if no := super().holds(notice):
            return no
        if notice.place.owner_id != notice.recipient_id:
            return "Somebody else runs the evaluation now."
        if not orphaned_milestones().filter(pk=UUID(notice.subject_id)).exists():
            return "Its owner takes part again."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date, and what is missing."""
        return self.dated(notice, ORPHANED)


@register
class MilestoneOverdue(AboutMilestone):
    """It has passed and is open: each working day to its owner, then further up."""

    name: ClassVar[str] = "milestone_overdue"

    def holds(self, notice: Notice) -> str:
        """As for all, and as long as the reader is its owner or runs the purchase."""
        if no := super().holds(notice):
            return no
        milestone = self.milestone(notice)
        if milestone is not None and notice.recipient_id not in (
            milestone.owner_id,
            milestone.evaluation.owner_id,
        ):
            return "The milestone belongs to somebody else now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date, and who is asked to do something."""
        milestone = self.milestone(notice)
        mine = milestone is None or milestone.owner_id == notice.recipient_id
        return self.dated(notice, LATE if mine else LATE_OF_ANOTHER)


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
