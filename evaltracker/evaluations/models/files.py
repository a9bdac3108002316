"""Files that people attach to things of an evaluation."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models.base import CommittedRecord, ScopedQuerySet
from evaltracker.evaluations.models.comments import of_visible_subjects
from evaltracker.evaluations.models.evaluation import Evaluation
from evaltracker.evaluations.models.people import User


class AttachedFileQuerySet(ScopedQuerySet["AttachedFile"]):
    """Files, sealed from whom their subject is sealed from."""

    def visible_to(self, user: User) -> Self:
        """Those on subjects that `user` may see."""
        return super().visible_to(user).filter(of_visible_subjects(user))

    def kept(self) -> Self:
        """Those that nobody has removed."""
        return self.filter(removed_at__isnull=True)


class AttachedFile(CommittedRecord):
    """A file on a subject; of a removed one the row stays, without file and digest.

    The journal keeps the digest of what was removed.
    """

    committed: ClassVar = {
        1: (
            *("evaluation", "topic", "subject_id", "about", "name", "content_type"),
            *("size", "sha256", "uploaded_by", "uploaded_at"),
            *("removed_by", "removed_at"),
        )
    }
    uncommitted: ClassVar = {"stored_as": "Its SHA-256 counts, wherever it is kept."}

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="attached_files"
    )
    topic = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    # What the subject was called when the file was attached.
    about = models.CharField(max_length=200)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=100, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar = AttachedFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at", "name")
        indexes = [
            models.Index(
                fields=("evaluation", "topic", "subject_id"),
                name="attached_file_by_subject",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("stored_as",),
                condition=~Q(stored_as=""),
                name="attached_file_stored_once",
            ),
            models.CheckConstraint(
                condition=(
                    Q(removed_at__isnull=True, removed_by__isnull=True)
                    & ~Q(stored_as="")
                    & ~Q(sha256="")
                )
                | Q(
                    removed_at__isnull=False,
                    removed_by__isnull=False,
                    stored_as="",
                    sha256="",
                ),
                name="attached_file_removed_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"File {str(self.pk)[:8]}"
