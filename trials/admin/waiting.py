"""What waits for the reader on the pages of trials, for the side menu."""

from typing import Any

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.evaluation_menu import waits_on
from stakeholders.policy import has_a_say, voices
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.policy import SCORING_STAGES


@waits_on("scores")
def to_score(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """The parts in which the reader scores and has not locked the sheet."""
    if not evaluation.is_open or evaluation.stage not in SCORING_STAGES:
        return None
    if not has_a_say(user):
        return None
    rows: QuerySet[Any] = voices().filter(evaluation=evaluation, user=user, scores=True)
    return rows.exclude(score_sheet__locked_at__isnull=False)


@waits_on("trials")
def to_reach(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Milestones that the reader owns."""
    if not evaluation.is_open:
        return None
    rows: QuerySet[Any] = Milestone.objects.filter(owner=user, evaluation=evaluation)
    return rows.filter(state=MilestoneState.OPEN)
