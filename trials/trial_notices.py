"""The kinds of notices of a trial: its contract, its gaps, and its half time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.mail import calendar_file, letter, spoken, zone_of
from evaltracker.evaluations.notices import Message, NoticeKind, register
from trials.models import Gap, Trial
from trials.selectors import half_time_alarm
from trials.selectors.contracts import contract_of
from vendors.notices import API_PAGE, ENDED, ToVendor

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evaltracker.evaluations.models import Notice
    from vendors.models import Candidate

CLOSED = "The trial is closed."


@register
class ContractToAgree(NoticeKind):
    """A trial's contract waits for the reader's role to agree."""

    name: ClassVar[str] = "contract_to_agree"

    def holds(self, notice: Notice) -> str:
        """As long as these words are put forward and the reader's role is awaited."""
        trial = _trial_of(notice)
        if trial is None or trial.proposed_at is None:
            return "The contract was taken back."
        if no := _ended(notice, trial):
            return no
        if str(trial.version) != notice.occurrence:
            return "The contract has other words now."
        if notice.recipient is None or not contract_of(trial).parts_of(
            notice.recipient
        ):
            return "The role has agreed."
        return ""

    def compose(self, notice: Notice) -> Message:
        """What to do, and nothing of what is agreed."""
        trial = _there(_trial_of(notice))
        again = trial.agreed_at is not None
        return letter(
            notice=notice,
            subject="A trial's contract asks for your agreement"
            + (" again" if again else ""),
            lead=(
                "It was changed, by number and with a reason. The trial goes on."
                if again
                else "It says what is run, on which data, and what success is. The "
                "trial is judged once every role has agreed."
            ),
            action="Read the contract",
            path=reverse("admin:trial", args=[trial.pk]) + "#contract",
        )


@register
class HalfGone(NoticeKind):
    """Half of a trial is gone, and nobody has touched one of its must-haves."""

    name: ClassVar[str] = "trial_half_gone"
    for_chat: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as something is untouched and the trial was not moved."""
        trial = _trial_of(notice)
        if trial is None or trial.closed_at is not None:
            return CLOSED
        if no := _ended(notice, trial):
            return no
        if trial.starts_on.isoformat() != notice.occurrence:
            return "The trial was moved."
        if not half_time_alarm(trial):
            return "Every must-have was tried."
        return ""

    def compose(self, notice: Notice) -> Message:
        """How many, and where."""
        trial = _there(_trial_of(notice))
        number = len(half_time_alarm(trial))
        return letter(
            notice=notice,
            subject="Half of a trial is gone, and must-haves are untouched",
            lead=(
                f"{number} must-have{'s' if number > 1 else ''} nobody has tried yet. "
                "What is found now can still be mended before it ends."
            ),
            action="See which",
            path=reverse("admin:trial", args=[trial.pk]),
        )


@register
class GapReplied(NoticeKind):
    """The vendor answered a gap: told to who runs the trial."""

    name: ClassVar[str] = "gap_replied"

    def holds(self, notice: Notice) -> str:
        """As long as that is the newest reply and the reader runs the trial."""
        gap = _gap_of(notice)
        if gap is None or gap.reply_at is None or gap.closed_at is not None:
            return "The gap is closed."
        if no := _ended(notice, gap.trial):
            return no
        if gap.reply_at.isoformat() != notice.occurrence:
            return "There is a newer reply."
        if gap.trial.lead_id != notice.recipient_id:
            return "Somebody else leads the trial now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Where it is; not what it says."""
        gap = _there(_gap_of(notice))
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
        return "It was answered." if gap.reply_at else ""

    def compose(self, notice: Notice) -> Message:
        """Which call answers it, and until when; not what was found."""
        gap = _there(_gap_of(notice))
        until = gap.reply_until
        invitation = gap.trial.candidate_id
        return letter(
            notice=notice,
            subject="Something was found missing in your trial",
            lead=(
                "Your answer is taken until the date below; after it the finding "
                "counts as it is."
                if until
                else "You can answer with a workaround, and with a date for the mend."
            ),
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


def _ended(notice: Notice, trial: Trial) -> str:
    if not notice.place.is_open:
        return ENDED
    return CLOSED if trial.closed_at else ""


def _trial_of(notice: Notice) -> Trial | None:
    rows = Trial.objects.select_related("candidate__evaluation")
    found: Trial | None = rows.filter(pk=UUID(notice.subject_id)).first()
    return found


def _gap_of(notice: Notice) -> Gap | None:
    rows = Gap.objects.select_related("trial__candidate")
    found: Gap | None = rows.filter(pk=UUID(notice.subject_id)).first()
    return found


def _there[R](row: R | None) -> R:
    """The row.

    Raises:
        LookupError: it is gone; `holds` is asked first.

    """
    if row is None:
        raise LookupError("what it is about is no longer there")
    return row
