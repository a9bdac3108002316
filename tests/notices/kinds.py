"""Kinds of notices that only these tests know: one holds as long as its requirement."""

import datetime
from typing import Any, ClassVar

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, Requirement
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message, letter
from evaltracker.notices.services.scheduling import schedule_notice


@register
class Reminder(NoticeKind):
    """A reminder of something dated that can be called off."""

    name: ClassVar[str] = "test_reminder"

    def holds(self, notice: Notice) -> str:
        """Until its requirement is retired."""
        gone = Requirement.objects.filter(
            id=notice.subject_id, retired_at__isnull=False
        ).exists()
        return "The requirement was retired." if gone else ""

    def compose(self, notice: Notice) -> Message:
        """A mail with a date."""
        return dated_message(
            notice=notice,
            what="A trial milestone",
            due_at=notice.due_at + datetime.timedelta(days=2),
            action="Open the milestone",
            path="/admin/",
        )


@register
class DecisionLetter(Reminder):
    """A letter that must not arrive twice."""

    name: ClassVar[str] = "test_letter"
    hold: ClassVar[bool] = True

    def compose(self, notice: Notice) -> Message:
        """A mail without a date."""
        return letter(
            notice=notice,
            subject="A decision was made",
            lead="The evaluation has ended.",
            action="Read the decision",
            path="/admin/",
        )


@register
class Faulty(Reminder):
    """A kind with a fault in its code."""

    name: ClassVar[str] = "test_faulty"

    def compose(self, notice: Notice) -> Message:
        """Fail as code fails."""
        raise RuntimeError("a fault\nwith \x00 in its words")


YESTERDAY = datetime.timedelta(days=1)


def owe(evaluation: Evaluation, **values: Any) -> Notice:
    """A notice that is due since yesterday."""
    day = (timezone.now() - YESTERDAY).date()
    terms: dict[str, Any] = {
        "kind": "test_reminder",
        "subject_id": evaluation.pk,
        "occurrence": 1,
        "day": day,
        "time": datetime.time(9),
        "zone": "Europe/Berlin",
        **values,
    }
    if not terms.get("address"):
        terms.setdefault("recipient", evaluation.owner)
    notice = schedule_notice(evaluation=evaluation, **terms)
    assert notice is not None
    return notice


def owe_many(evaluation: Evaluation, number: int, **values: Any) -> list[Notice]:
    """Notices to `number` outsiders, each with an address of its own."""
    return [
        owe(evaluation, address=f"reader{n}@example.org", recipient=None, **values)
        for n in range(number)
    ]
