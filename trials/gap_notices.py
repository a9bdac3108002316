"""The kinds of notices of a gap: found, answered, tried again."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About
from evaltracker.notices.kinds import register
from trials.models import Gap
from trials.trial_notices import why_over
from vendors.models import Candidate
from vendors.notices import ToVendor

GAPS = Gap.objects.select_related("trial__candidate")
CLOSED = "The gap is closed."


class ToTrialLead(About[Gap]):
    """A mail about a gap to who leads its trial."""

    rows: ClassVar = GAPS
    gone: ClassVar[str] = CLOSED

    def title(self, row: Gap) -> str:
        """In which trial the gap was found."""
        return row.trial.title

    def page(self, notice: Notice, row: Gap) -> str:
        """Its place on the trial's page."""
        return reverse("admin:trial", args=[row.trial_id]) + f"#gap-{row.pk}"


@register
class GapReplied(ToTrialLead):
    """The vendor answered a gap: told to who runs the trial."""

    name: ClassVar[str] = "gap_replied"

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        """Unless that is the newest reply and the reader runs the trial."""
        if row.reply_at is None or row.closed_at is not None:
            yield CLOSED
        yield why_over(notice, row.trial)
        if row.reply_at and row.reply_at.isoformat() != notice.occurrence:
            yield "There is a newer reply."
        if row.trial.lead_id != notice.recipient_id:
            yield "Somebody else leads the trial now."


@register
class RetestDue(ToTrialLead):
    """The day has come for which a vendor promised a mend: told to who tries it."""

    name: ClassVar[str] = "retest_due"
    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        """Unless that is the promise, and nobody tried it since."""
        if row.closed_at is not None:
            yield CLOSED
        yield why_over(notice, row.trial)
        if row.trial.lead_id != notice.recipient_id:
            yield "Somebody else leads the trial now."
        day = row.promised_for
        if day is None or day.isoformat() != notice.occurrence:
            yield "Another day is promised."
        if not row.retest_is_due:
            yield "It was tried again."


@register
class GapFound(ToVendor[Gap]):
    """Something was found missing in the vendor's trial, while it can still help."""

    name: ClassVar[str] = "gap_found"
    rows: ClassVar = GAPS
    gone: ClassVar[str] = CLOSED

    def title(self, row: Gap) -> str:
        """In which trial the gap was found."""
        return row.trial.title

    def candidates(self, notice: Notice, row: Gap) -> QuerySet[Candidate]:
        """The one that is tried."""
        return super().candidates(notice, row).filter(pk=row.trial.candidate_id)

    def reasons(self, notice: Notice, row: Gap) -> Iterator[str]:
        """As for all, and unless a reply is taken."""
        yield from super().reasons(notice, row)
        if row.closed_at is not None or row.trial.closed_at is not None:
            yield CLOSED
        if row.trial.agreed_at is None:
            yield "The trial is not agreed."
        yield self.answered(notice, row)

    def answered(self, notice: Notice, row: Gap) -> str:
        """Why no answer is asked for any more; empty while one is."""
        return "It was answered." if row.reply_at else ""

    def values(self, notice: Notice, row: Gap) -> dict[str, str]:
        """For the calls that read and answer it; not what was found."""
        return {
            **super().values(notice, row),
            "invitation": str(row.trial.candidate_id),
            "gap": str(row.pk),
            "until": "yes" if row.reply_until else "",
        }

    def date(self, notice: Notice, row: Gap) -> dict[str, Any]:
        """Until when an answer is taken."""
        return self.on(notice, row, row.reply_until, entry="An answer is due")


@register
class GapStillThere(GapFound):
    """It was tried again and is still missing."""

    name: ClassVar[str] = "gap_still_there"

    def answered(self, notice: Notice, row: Gap) -> str:
        """As long as nobody tried it, or answered, after that."""
        tried = row.retested_at
        if tried is None or tried.isoformat() != notice.occurrence:
            return "It was tried again since."
        return "It was answered." if row.reply_at and row.reply_at > tried else ""

    def date(self, notice: Notice, row: Gap) -> dict[str, Any]:
        """None: who answers once more may take their time."""
        return {}
