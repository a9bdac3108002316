"""The kinds of notices of a trial: its contract and its half time."""

import datetime
from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.kit.clock import instant_of
from evaltracker.kit.days import day_in_words
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import Message, register
from trials.models import Trial
from trials.selectors import asked_musts, half_time_alarm
from trials.selectors.contracts import contract_of

CLOSED = "The trial is closed."
MORNING = datetime.time(9)


class AboutTrial(About[Trial]):
    """A mail about a trial that goes on."""

    rows: ClassVar = Trial.objects.select_related("candidate__evaluation")

    def title(self, row: Trial) -> str:
        """Which trial it is."""
        return row.title

    def page(self, notice: Notice, row: Trial) -> str:
        return reverse("admin:trial", args=[row.pk])


@register
class ContractToAgree(AboutTrial):
    """A trial's contract waits for the reader's role to agree."""

    name: ClassVar[str] = "contract_to_agree"
    gone: ClassVar[str] = "The contract was taken back."

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        """Unless these words are put forward and the reader's role is awaited."""
        if row.proposed_at is None:
            yield self.gone
        yield why_over(notice, row)
        if str(row.version) != notice.occurrence:
            yield "The contract has other words now."
        reader = notice.recipient
        if reader is None or not contract_of(row).parts_of(reader):
            yield "The role has agreed."

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        """Whether it was agreed before, and for how long it waits."""
        return {
            "again": "yes" if row.agreed_at is not None else "",
            "days": str(-notice.offset_days) if notice.offset_days else "",
            "starts": day_in_words(row.starts_on),
            "verb": "starts" if self.first_hour(row) > timezone.now() else "started",
            "entry": "yes" if self.first_hour(row) > timezone.now() else "",
        }

    def compose(self, notice: Notice) -> Message:
        """It waits today; the first day of the trial goes into the calendar."""
        row = self.row(notice)
        starts = self.first_hour(row)
        entry = "The first day of a trial" if starts > timezone.now() else ""
        return self.letter(notice, row, **self.on(notice, row, starts, entry=entry))

    def first_hour(self, row: Trial) -> datetime.datetime:
        """When the trial begins, there where it takes place."""
        return instant_of(row.starts_on, MORNING, row.zone)

    def page(self, notice: Notice, row: Trial) -> str:
        """The contract on the trial's page."""
        return f"{super().page(notice, row)}#contract"


@register
class HalfGone(AboutTrial):
    """Half of a trial is gone, and nobody has touched one of its must-haves."""

    name: ClassVar[str] = "trial_half_gone"
    for_chat: ClassVar[bool] = True
    gone: ClassVar[str] = CLOSED

    def reasons(self, notice: Notice, row: Trial) -> Iterator[str]:
        """Unless something is untouched and the trial was not moved."""
        if row.closed_at is not None:
            yield CLOSED
        yield why_over(notice, row)
        if row.starts_on.isoformat() != notice.occurrence:
            yield "The trial was moved."
        if not half_time_alarm(row):
            yield "Every must-have was tried."

    def values(self, notice: Notice, row: Trial) -> dict[str, str]:
        number = len(half_time_alarm(row))
        return {
            "number": str(number),
            "asked": str(len(asked_musts(row))),
            "several": "yes" if number > 1 else "",
        }


def why_over(notice: Notice, trial: Trial) -> str:
    """Why there is nothing to do in a trial any more; empty while there is."""
    return ended(notice) or (CLOSED if trial.closed_at else "")
