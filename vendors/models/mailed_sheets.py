"""Answer sheets that a vendor sent by mail and that the owner entered."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaltracker.evaluations.models import AttachedFile
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate
from vendors.models.claims import Submission


class MailedSheet(VendorRecord):
    """What a vendor filled in: uploaded, then entered as the vendor's own words."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="mailed_sheets"
    )
    file = models.ForeignKey(AttachedFile, on_delete=models.PROTECT, related_name="+")
    # Of the file, which may be removed.
    sha256 = models.CharField(max_length=64)
    # When the mail came: what the vendor said itself later stands.
    arrived_at = models.DateTimeField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The instant of the answers that it made, and their receipt.
    entered_at = models.DateTimeField(null=True, blank=True)
    submission = models.ForeignKey(
        Submission,
        on_delete=models.PROTECT,
        related_name="mailed_sheets",
        null=True,
        blank=True,
    )
    # By the vendor, in its pages.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=320, blank=True)

    objects: ClassVar = VendorScopedQuerySet["MailedSheet"].as_manager()

    class Meta:
        ordering = ("uploaded_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True, submission__isnull=True)
                | Q(entered_at__isnull=False, submission__isnull=False),
                name="mailed_sheet_entered_has_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(entered_at__isnull=False),
                name="mailed_sheet_confirmed_was_entered",
            ),
        ]

    def __str__(self) -> str:
        return f"Sheet {str(self.pk)[:8]}"
