"""What the journal keeps to itself of comments: where those were that one may not
read."""

from collections.abc import Collection

from evaltracker.evaluations.models import Comment, Evaluation, User
from evaltracker.pages.sealed_entries import SEALS


def open_comments(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Comments that the reader may see."""
    seen = Comment.objects.visible_to(user).filter(evaluation=evaluation, pk__in=ids)
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("comment", open_comments)
