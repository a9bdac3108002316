"""What the journal keeps to itself of floor 4: who gave which score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.seals import register_seal
from trials.models import Score

if TYPE_CHECKING:
    from collections.abc import Collection

    from evaltracker.evaluations.models import Evaluation, User


def open_scores(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Scores that the reader may see: their own, and all once they are opened."""
    seen = Score.objects.visible_to(user).filter(pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


register_seal("score", open_scores)
