"""What the journal keeps to itself of files: names that one may not see."""

from collections.abc import Collection

from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.pages.sealed_entries import SEALS


def open_files(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """Files that the reader may see, also removed ones."""
    seen = AttachedFile.objects.visible_to(user).filter(
        evaluation=evaluation, pk__in=ids
    )
    return {str(key) for key in seen.values_list("pk", flat=True)}


SEALS.register("attachedfile", open_files)
