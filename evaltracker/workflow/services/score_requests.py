"""Asking people to score when it is their turn; the chore of sign-offs looks."""

from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.gates import Look
from evaltracker.workflow.score_notices import ScoresRequested
from trials.selectors import unlocked_scorers


def owe_scores(look: Look) -> None:
    """Ask everybody whose scores are missing, once for each stay in the demos."""
    for part in unlocked_scorers([look.evaluation]).select_related("user"):
        owe_now(
            evaluation=look.evaluation,
            kind=ScoresRequested.name,
            subject_id=part.pk,
            occurrence=look.visit.number,
            recipient=part.user,
        )
