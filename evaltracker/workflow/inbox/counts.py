"""How many evaluations stand, without looking closely at each."""

import datetime
import uuid
from collections.abc import Callable, Collection

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.inbox.steps import NextStep, Stand, stand_of
from evaltracker.workflow.models import Outlook
from trials.selectors.versions import versions_of

type DrawDue = Callable[[Evaluation], datetime.date | None]

# So many evaluations that moved since are looked at again while a page is made. A
# chore looks at the others within a minute.
CLOSE_LOOKS = 3


class Stands:
    """Reads what was seen of all at once; looks again at the few that moved.

    `draw_due` says when the stage of one must end, where that was not kept.
    """

    def __init__(self, evaluations: Collection[Evaluation], draw_due: DrawDue) -> None:
        keys = [evaluation.pk for evaluation in evaluations]
        self.kept = {
            outlook.evaluation_id: outlook
            for outlook in Outlook.objects.filter(evaluation__in=keys)
        }
        self.versions = versions_of(keys)
        self.draw_due = draw_due
        self.looked: dict[uuid.UUID, Stand] = {}
        self.looks_left = CLOSE_LOOKS

    def of(self, evaluation: Evaluation) -> Stand:
        """How it stands; of one that moved and must wait, how it stood before."""
        if evaluation.pk in self.looked:
            return self.looked[evaluation.pk]
        kept = self.kept.get(evaluation.pk)
        holds = kept is not None and self.still_holds(kept)
        if kept is None or not holds:
            if self.looks_left:
                self.looks_left -= 1
                self.looked[evaluation.pk] = stand_of(Look(evaluation))
                return self.looked[evaluation.pk]
            if kept is None:
                return unseen(evaluation)
        return Stand(
            NextStep(kept.what, kept.why, kept.link, kept.verb),
            kept.is_signed_now,
            kept.digest,
            due=kept.due_on,
            is_of_before=not holds,
        )

    def due(self, evaluation: Evaluation) -> datetime.date | None:
        """When its stage must end; nothing but what was written moves that day."""
        kept = self.kept.get(evaluation.pk)
        if kept is None or kept.version != self.versions[evaluation.pk].digest:
            return self.draw_due(evaluation)
        return kept.due_on

    def still_holds(self, kept: Outlook) -> bool:
        """Whether nothing that counts was changed, by a hand or by time."""
        return (
            kept.version == self.versions[kept.evaluation_id].digest
            and kept.valid_until is not None
            and timezone.now() < kept.valid_until
        )


def unseen(evaluation: Evaluation) -> Stand:
    """What is said of an evaluation that nobody has looked at yet."""
    step = NextStep(
        what="Open it to see what comes next.",
        why=f"It is in {evaluation.get_stage_display().lower()}.",
        link=links.page(evaluation, "overview"),
        verb="Open",
    )
    return Stand(step, is_signed_now=True, digest="")
