"""The mails that tell vendors that answering opens, ends another day, or is over."""

import datetime
from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.choices import NOTICE_OPEN
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import register
from vendors.models import Candidate
from vendors.notices import ToVendor
from vendors.policy import claims_are_closed
from vendors.reminders import ToAnswer
from vendors.selectors import invitation_letters, last_submission, own_claims

ENTRY = "Answers are due"


@register
class AnsweringOpened(ToAnswer[Candidate]):
    """Answers are taken now, or taken again: told to who was invited before."""

    name: ClassVar[str] = "answering_opened"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """As for all, and unless a later invitation tells them."""
        yield from super().reasons(notice, row)
        later = Q(state__in=NOTICE_OPEN) | Q(sent_at__gte=notice.created_at)
        if invitation_letters(row).filter(later, address=notice.address).exists():
            yield "The invitation says it."

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """Until when, also for a calendar."""
        return self.on(notice, row, notice.place.claims_close_at, entry=ENTRY)


@register
class AnsweringMoved(ToAnswer[Candidate]):
    """The end was moved while answers are taken."""

    name: ClassVar[str] = "answering_moved"
    rows: ClassVar = Candidate.objects.all()

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """The new end; its entry replaces the invitation's."""
        return self.on(notice, row, notice.place.claims_close_at, entry=ENTRY)


@register
class AnsweringClosed(ToVendor[Candidate]):
    """No more answers are taken: what counts of the vendor's."""

    name: ClassVar[str] = "answering_closed"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """As for all, and unless it was reopened since."""
        yield from super().reasons(notice, row)
        end = end_of(notice.place)
        if not claims_are_closed(notice.place, timezone.now()):
            yield "Answering is open again."
        if end is None or end.isoformat() != notice.occurrence:
            yield "Answering closed at another time."

    def values(self, notice: Notice, row: Candidate) -> dict[str, str]:
        """The last receipt, and how many answers there are; none of their words."""
        receipt, answers = last_submission(row), own_claims(row).count()
        return {
            **super().values(notice, row),
            "number": receipt.number if receipt else "",
            "answers": counted(answers) if answers else "",
        }

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """When it ended; nothing is left to put into a calendar."""
        return self.on(notice, row, end_of(notice.place))


def end_of(evaluation: Evaluation) -> datetime.datetime | None:
    """When answering ended or ends, by hand or by the deadline."""
    ends = (evaluation.claims_closed_at, evaluation.claims_close_at)
    return min((end for end in ends if end is not None), default=None)


def counted(answers: int) -> str:
    """So many answers, in words."""
    return "1 answer" if answers == 1 else f"{answers} answers"
