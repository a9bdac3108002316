"""Where an evaluation came from that was taken in from a file."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation
from evaltracker.evaluations.models.journal import AppendOnlyError


class ImportedHistory(Record):
    """Which file an evaluation came from, and which part of its journal came with it.

    Whoever is named in those entries was known by another number where they were
    written, and the hashes cover that number. So it is kept here, and the entries
    themselves point to nobody: what a file says is no act of anybody's login here.
    """

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="imported"
    )
    sha256 = models.CharField(max_length=64, help_text="Of the file.")
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Blank: somebody at the command line.",
    )
    entries = models.PositiveIntegerField(help_text="How many came with the file.")
    head = models.CharField(max_length=64, help_text="The hash of the last of them.")
    # Whose number each of these entries holds, in their order; null: nobody's.
    actors = models.JSONField(default=list)

    objects: ClassVar = ScopedQuerySet["ImportedHistory"].as_manager()

    def __str__(self) -> str:
        return f"Imported history {str(self.pk)[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only; where something came from does not change."""
        if not self._state.adding:
            raise AppendOnlyError("Where an evaluation came from does not change.")
        super().save(*args, **kwargs)
