"""What a vendor types before it hands in; nobody else reads it."""

from typing import Any, ClassVar

from django.db import models

from evaltracker.evaluations.models import Requirement
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate


class DraftQuerySet(VendorScopedQuerySet["AnswerDraft"]):
    """Drafts, which no person of the house reads."""

    def visible_to(self, user: Any) -> "DraftQuerySet":
        """No row, whoever of the house asks."""
        return self.none()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Take them away with their files."""
        DraftFile.objects.filter(draft__in=self).delete()
        return super().delete()


class DraftFileQuerySet(VendorScopedQuerySet["DraftFile"]):
    """Files of drafts, which no person of the house reads either."""

    def visible_to(self, user: Any) -> "DraftFileQuerySet":
        """No row, whoever of the house asks."""
        return self.none()


class AnswerDraft(VendorRecord):
    """An answer as it was typed, right or wrong, until it is handed in."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="drafts"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="drafts"
    )
    # One more with every change, so that two tabs notice each other.
    version = models.PositiveIntegerField(default=1)
    # As `vendors.typed_answers` keeps them.
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    objects: ClassVar = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "requirement"), name="answer_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"Draft {str(self.pk)[:8]}"


class DraftFile(VendorRecord):
    """A file that waits with its draft, and goes with it.

    Its bytes are in the row, so that they are the vendor's alone as the draft is, and
    no file is left behind by a draft that is thrown away.
    """

    evaluation_path: ClassVar[str] = "draft__candidate__evaluation"
    vendor_path: ClassVar[str] = "draft__candidate__vendor"

    draft = models.ForeignKey(
        AnswerDraft, on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()

    objects: ClassVar = DraftFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at",)

    def __str__(self) -> str:
        return f"File {str(self.pk)[:8]}"
