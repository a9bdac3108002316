"""How many evaluations stand, without looking closely at each."""

import uuid
from collections.abc import Collection

from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, JournalHead
from evaltracker.workflow import links
from evaltracker.workflow.gates import Look
from evaltracker.workflow.inbox.steps import NextStep, Stand, stand_of
from evaltracker.workflow.models import Outlook
from evaltracker.workflow.selectors import local_day

# So many evaluations that moved since are looked at again while a page is made. A
# chore looks at the others within a minute.
CLOSE_LOOKS = 3


class Stands:
    """Reads what was seen of all at once; looks again at the few that moved."""

    def __init__(self, evaluations: Collection[Evaluation]) -> None:
        keys = [evaluation.pk for evaluation in evaluations]
        self.kept = {
            outlook.evaluation_id: outlook
            for outlook in Outlook.objects.filter(evaluation__in=keys)
        }
        self.entries: dict[uuid.UUID, int] = dict(
            JournalHead.objects.filter(evaluation__in=keys).values_list(
                "evaluation", "count"
            )
        )
        self.looked: dict[uuid.UUID, Stand] = {}
        self.looks_left = CLOSE_LOOKS

    def of(self, evaluation: Evaluation) -> Stand:
        """How it stands; of one that moved and must wait, how it stood before."""
        if evaluation.pk in self.looked:
            return self.looked[evaluation.pk]
        kept = self.kept.get(evaluation.pk)
        if kept is None or not self.still_holds(kept, evaluation):
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
        )

    def still_holds(self, kept: Outlook, evaluation: Evaluation) -> bool:
        """Whether nothing was written and no day has passed, as a date may have."""
        zone = evaluation.zone
        return kept.entries == self.entries.get(evaluation.pk) and local_day(
            kept.looked_at, zone
        ) == local_day(timezone.now(), zone)


def unseen(evaluation: Evaluation) -> Stand:
    """What is said of an evaluation that nobody has looked at yet."""
    step = NextStep(
        what="Open it to see what comes next.",
        why=f"It is in {evaluation.get_stage_display().lower()}.",
        link=links.page(evaluation, "overview"),
        verb="Open",
    )
    return Stand(step, is_signed_now=True, digest="")
