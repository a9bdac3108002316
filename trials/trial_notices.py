"""The kinds of notices of a trial: its contract and its half time."""

from typing import ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import letter
from trials.models import Trial
from trials.selectors import half_time_alarm
from trials.selectors.contracts import contract_of
from vendors.notices import ENDED

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
        if no := ended(notice, trial):
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
        trial = there(_trial_of(notice))
        again = trial.agreed_at is not None
        days = -notice.offset_days
        waits = f" and waits for {days} days" if days else ""
        return letter(
            notice=notice,
            subject="A trial's contract asks for your agreement"
            + (" again" if again else "")
            + waits,
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
        if no := ended(notice, trial):
            return no
        if trial.starts_on.isoformat() != notice.occurrence:
            return "The trial was moved."
        if not half_time_alarm(trial):
            return "Every must-have was tried."
        return ""

    def compose(self, notice: Notice) -> Message:
        """How many, and where."""
        trial = there(_trial_of(notice))
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


def ended(notice: Notice, trial: Trial) -> str:
    """Why there is nothing to do in a trial any more; empty while there is."""
    if not notice.place.is_open:
        return ENDED
    return CLOSED if trial.closed_at else ""


def _trial_of(notice: Notice) -> Trial | None:
    rows = Trial.objects.select_related("candidate__evaluation")
    found: Trial | None = rows.filter(pk=UUID(notice.subject_id)).first()
    return found


def there[R](row: R | None) -> R:
    """The row.

    Raises:
        LookupError: it is gone; `holds` is asked first.

    """
    if row is None:
        raise LookupError("what it is about is no longer there")
    return row
