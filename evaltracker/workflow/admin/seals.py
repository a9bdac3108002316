"""What the journal keeps to itself of trials: who gave which score."""

from collections.abc import Collection

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.sealed_entries import SEALS
from trials.models import Score


def open_scores(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Scores that the reader may see: their own, and all once they are opened."""
    seen = Score.objects.visible_to(user).filter(pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("score", open_scores)
