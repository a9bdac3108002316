"""The kinds of notices of a gap: found, answered, tried again."""

import datetime
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import calendar_file, letter, spoken, zone_of
from trials.models import Gap
from trials.trial_notices import ended, there
from vendors.models import Candidate
from vendors.notices import API_PAGE, ToVendor


@register
class GapReplied(NoticeKind):
    """The vendor answered a gap: told to who runs the trial."""

    name: ClassVar[str] = "gap_replied"

    def holds(self, notice: Notice) -> str:
        """As long as that is the newest reply and the reader runs the trial."""
        gap = _gap_of(notice)
        if gap is None or gap.reply_at is None or gap.closed_at is not None:
            return "The gap is closed."
        if no := ended(notice, gap.trial):
            return no
        if gap.reply_at.isoformat() != notice.occurrence:
            return "There is a newer reply."
        if gap.trial.lead_id != notice.recipient_id:
            return "Somebody else leads the trial now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Where it is; not what it says."""
        gap = there(_gap_of(notice))
        return letter(
            notice=notice,
            subject="A gap of your trial was answered",
            lead="The vendor has replied. Try it again, or close the gap with a note.",
            action="Read the reply",
            path=reverse("admin:trial", args=[gap.trial_id]) + f"#gap-{gap.pk}",
        )


@register
class GapFound(ToVendor):
    """Something was found missing in the vendor's trial, while it can still help."""

    name: ClassVar[str] = "gap_found"

    def candidates(self, notice: Notice) -> QuerySet[Candidate]:
        """The one that is tried."""
        gap = Gap.objects.filter(pk=UUID(notice.subject_id))
        return (
            super().candidates(notice).filter(pk__in=gap.values("trial__candidate_id"))
        )

    def holds(self, notice: Notice) -> str:
        """As for all, and as long as a reply is taken."""
        if no := super().holds(notice):
            return no
        gap = _gap_of(notice)
        if gap is None or gap.closed_at is not None or gap.trial.closed_at is not None:
            return "The gap is closed."
        if gap.trial.agreed_at is None:
            return "The trial is not agreed."
        return self.answered(notice, gap)

    def answered(self, notice: Notice, gap: Gap) -> str:
        """Why no answer is asked for any more; empty while one is."""
        return "It was answered." if gap.reply_at else ""

    def compose(self, notice: Notice) -> Message:
        """Which call answers it, and until when; not what was found."""
        until = there(_gap_of(notice)).reply_until
        return self.written(
            notice,
            subject="Something was found missing in your trial",
            lead=(
                "Your answer is taken until the date below; after it the finding "
                "counts as it is."
                if until
                else "You can answer with a workaround, and with a date for the mend."
            ),
            until=until,
        )

    def written(
        self,
        notice: Notice,
        *,
        subject: str,
        lead: str,
        until: datetime.datetime | None = None,
    ) -> Message:
        """The letter, with the calls that read and answer the gap."""
        gap = there(_gap_of(notice))
        invitation = gap.trial.candidate_id
        return letter(
            notice=notice,
            subject=subject,
            lead=lead,
            steps=[
                f"Read it: GET /api/v1/invitations/{invitation}/trial/",
                f"Answer: POST /api/v1/invitations/{invitation}/gaps/{gap.pk}/reply/",
            ],
            date=spoken(until, zone_of(notice)) if until else "",
            action="Read how to answer",
            path=API_PAGE,
            ics=calendar_file(
                notice=notice, what="An answer is due", due_at=until, path=API_PAGE
            )
            if until
            else None,
            reply_to=notice.place.owner.email,
        )


@register
class GapStillThere(GapFound):
    """It was tried again and is still missing."""

    name: ClassVar[str] = "gap_still_there"

    def answered(self, notice: Notice, gap: Gap) -> str:
        """As long as nobody tried it, or answered, after that."""
        tried = gap.retested_at
        if tried is None or tried.isoformat() != notice.occurrence:
            return "It was tried again since."
        return "It was answered." if gap.reply_at and gap.reply_at > tried else ""

    def compose(self, notice: Notice) -> Message:
        """Which call answers it; not what was seen."""
        return self.written(
            notice,
            subject="Something in your trial is still missing",
            lead="It was tried again, and is still there. You can answer once more.",
        )


@register
class RetestDue(NoticeKind):
    """The day has come for which a vendor promised a mend: told to who tries it."""

    name: ClassVar[str] = "retest_due"
    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as that is the promise, and nobody tried it since."""
        gap = _gap_of(notice)
        if gap is None or gap.closed_at is not None:
            return "The gap is closed."
        if no := ended(notice, gap.trial):
            return no
        if gap.trial.lead_id != notice.recipient_id:
            return "Somebody else leads the trial now."
        day = gap.promised_for
        if day is None or day.isoformat() != notice.occurrence:
            return "Another day is promised."
        return "" if gap.retest_is_due else "It was tried again."

    def compose(self, notice: Notice) -> Message:
        """Where it is."""
        gap = there(_gap_of(notice))
        return letter(
            notice=notice,
            subject="A gap of your trial is to be tried again",
            lead=(
                "The day has come for which the vendor promised that it is mended. "
                "Try it, and write down what it came to."
            ),
            action="See the gap",
            path=reverse("admin:trial", args=[gap.trial_id]) + f"#gap-{gap.pk}",
        )


def _gap_of(notice: Notice) -> Gap | None:
    rows = Gap.objects.select_related("trial__candidate")
    found: Gap | None = rows.filter(pk=UUID(notice.subject_id)).first()
    return found
