"""What somebody read or heard about a candidate before it was tried."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from evaltracker.evaluations.models import Requirement, ScopedQuerySet
from trials.choices import NoteKind
from vendors.models import Candidate
from vendors.models.base import VendorRecord


class ResearchNote(VendorRecord):
    """What somebody read or heard about a candidate, with source and date."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="research_notes"
    )
    requirement = models.ForeignKey(
        Requirement,
        on_delete=models.PROTECT,
        related_name="research_notes",
        null=True,
        blank=True,
    )
    kind = models.CharField(max_length=13, choices=NoteKind.choices)
    title = models.CharField(max_length=200)
    text = models.TextField()
    source_url = models.URLField(max_length=2000, blank=True)
    source_date = models.DateField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["ResearchNote"].as_manager()

    class Meta:
        ordering = ("-noted_at",)
        indexes = [
            models.Index(fields=("noted_at", "id"), name="research_note_in_lists"),
        ]

    def __str__(self) -> str:
        return f"Note {str(self.pk)[:8]}"
