"""The kind of notice by which the owner reminds a colleague."""

import datetime
from collections.abc import Iterator
from typing import ClassVar

from evaltracker.decision import links
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import register
from evaltracker.workflow.inbox.glances import ASKED_FOR, Awaited


def occurrence_of(kind: str, day: datetime.date) -> str:
    """A reminder of one thing is owed once a day."""
    return f"{kind}.{day.isoformat()}"


@register
class Reminded(About[Evaluation]):
    """The others wait for something of somebody's, and the owner says so."""

    name: ClassVar[str] = "reminded"
    rows: ClassVar = Evaluation.objects.select_related("owner")

    def awaited(self, notice: Notice, row: Evaluation) -> Awaited:
        """What it is about.

        Raises:
            LookupError: nobody is reminded of such a thing.

        """
        kind = notice.occurrence.partition(".")[0]
        if kind not in ASKED_FOR or notice.recipient is None:
            raise LookupError(f"“{kind}” is nothing that people are reminded of")
        return Awaited(row, notice.recipient, kind)

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        """Unless they have done it meanwhile."""
        yield ended(notice)
        if self.awaited(notice, row).work is None:
            yield "Nobody waits for it any more."

    def page(self, notice: Notice, row: Evaluation) -> str:
        """Where they do it."""
        work = self.awaited(notice, row).work
        return work.link if work else links.page(row, "overview")

    def values(self, notice: Notice, row: Evaluation) -> dict[str, str]:
        """Who waits, and for what."""
        thing = ASKED_FOR[self.awaited(notice, row).kind]
        return {"owner": row.owner.name, "thing": thing}
