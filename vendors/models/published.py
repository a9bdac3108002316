"""What the house lets a vendor read of the outcome; once published, it stands."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vendors.choices import DocumentKind
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate


class PublishedDocument(VendorRecord):
    """A text of the buyer's for one invitation; the database refuses every change."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    text = models.TextField(help_text="Paragraphs with a blank line between them.")
    published_at = models.DateTimeField(default=timezone.now)
    sha256 = models.CharField(max_length=64)

    objects: ClassVar = VendorScopedQuerySet["PublishedDocument"].as_manager()

    class Meta:
        ordering = ("published_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "kind"), name="published_document_once"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="published_document_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.candidate}"
