"""The append-only, hash-chained record of what happened in an evaluation."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation


class AppendOnlyError(Exception):
    """Raised when code tries to change or delete a row that only grows."""


class EntryQuerySet(ScopedQuerySet["Entry"]):
    """Entries; bulk changes are refused as single ones are."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused: the journal only grows."""
        raise AppendOnlyError("The journal only grows.")

    def delete(self) -> NoReturn:
        """Refused: the journal only grows."""
        raise AppendOnlyError("The journal only grows.")


class EntryManager(models.Manager["Entry"]):
    """Entries without the digests of their rows, which the check alone reads."""

    def get_queryset(self) -> EntryQuerySet:
        """All entries; `defer(None)` reads the digests too."""
        return EntryQuerySet(self.model, using=self._db).defer("rows")


class Entry(Record):
    """One line of the journal; written by `journal.record` alone."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="entries"
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    actor_name = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    # What it commits to of the rows that it tells of, as `commitments` writes it.
    # Null in entries of older code, which commit to nothing.
    rows = models.TextField(null=True, editable=False)  # noqa: DJ001
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar = EntryManager.from_queryset(EntryQuerySet)()

    class Meta:
        ordering = ("evaluation", "number")
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=("at", "number", "id"), name="entry_in_lists"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "number"), name="entry_number_once"
            ),
            models.UniqueConstraint(
                fields=("evaluation", "previous_hash"), name="entry_chain_has_no_fork"
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only; a second save is refused."""
        if not self._state.adding:
            raise AppendOnlyError("The journal only grows.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the journal only grows."""
        raise AppendOnlyError("The journal only grows.")


class JournalHead(models.Model):
    """The last number and hash of a chain; its row lock orders the writers."""

    evaluation = models.OneToOneField(
        Evaluation,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="journal_head",
    )
    count = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Head at {self.count}"
