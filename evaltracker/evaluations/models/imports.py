"""Spreadsheets on their way in: what waits for a yes, what came in, how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models.base import OwnQuerySet, Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation

if TYPE_CHECKING:
    from evaltracker.evaluations.models import User


class ImportWork(models.TextChoices):
    """What the background has to do about a large file."""

    NONE = "", "nothing"
    PREVIEW = "preview", "read it and compare it"
    IMPORT = "import", "import it"


class ImportDraft(Record):
    """A file between its preview and somebody's yes; it is deleted by either.

    Its id becomes the id of the import, so that a repeated yes is recognised. A large
    file is worked on in the background (importing/services/background.py): whoever
    works on it holds it for a while and again, and loses it when it is gone.
    """

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="import_drafts"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    # How it is read: sheet, header, columns, layout and what the kind asks for.
    reading = models.JSONField(default=dict, blank=True)
    kept_at = models.DateTimeField(default=timezone.now)
    is_large = models.BooleanField(default=False, db_default=False)
    work = models.CharField(
        max_length=10,
        choices=ImportWork.choices,
        default="",
        db_default="",
        blank=True,
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    holder = models.UUIDField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What is being done, how many of how many rows.
    progress = models.JSONField(default=dict, db_default={}, blank=True)
    # What the file would do, as importing/previews.py keeps it, and its rows by page.
    preview = models.JSONField(null=True, blank=True)
    pages = models.BinaryField(null=True, blank=True)
    # The digest of the preview that somebody said yes to.
    said = models.CharField(max_length=64, default="", db_default="", blank=True)

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "person", "kind"), name="import_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"Import draft {str(self.pk)[:8]}"


class ImportQuerySet(ScopedQuerySet["Import"]):
    """Imports; a private one is there for its person alone."""

    def visible_to(self, user: User) -> Self:
        """What came into visible evaluations, without others' private imports."""
        return super().visible_to(user).filter(Q(is_private=False) | Q(by=user))


class Import(Record):
    """A file that came in: who, when, which, and what it would take to undo it."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="imports"
    )
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)
    is_private = models.BooleanField(
        default=False, help_text="Only who imported it sees that it was."
    )
    # Per row what stood before and after, and the rows that stayed out. It may hold
    # sealed prices and scores, so no page, list or export shows it; what stayed out is
    # handed to whoever handed it in.
    kept = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=("evaluation", "at", "id"), name="import_by_evaluation")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="import_undone_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"Import {str(self.pk)[:8]}"


class ColumnMemory(Record):
    """Which column of a header holds what, as somebody said once."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="column_memories"
    )
    kind = models.CharField(max_length=20)
    signature = models.CharField(
        max_length=64, help_text="SHA-256 of the header's names in their order."
    )
    columns = models.JSONField(help_text="By field, the place of its column.")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["ColumnMemory"].as_manager()

    class Meta:
        verbose_name_plural = "column memories"
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "kind", "signature"), name="column_memory_once"
            )
        ]

    def __str__(self) -> str:
        return f"Columns {self.signature[:8]}"
