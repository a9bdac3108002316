"""What trials find missing, what vendors answer, and what trying again came to."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.clock import today_in, wall_of
from trials.choices import Retest, Severity
from trials.models.trials import Trial
from vendors.models.base import VendorRecord, VendorScopedQuerySet


class Gap(VendorRecord):
    """What a trial found missing."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="gaps")
    requirement = models.ForeignKey(
        Requirement,
        on_delete=models.PROTECT,
        related_name="gaps",
        null=True,
        blank=True,
    )
    severity = models.CharField(max_length=12, choices=Severity.choices)
    text = models.TextField()
    found_on = models.DateField()
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    workaround = models.TextField(blank=True)
    reply = models.TextField(blank=True, help_text="What the vendor answers.")
    reply_at = models.DateTimeField(null=True, blank=True)
    # Who wrote down what the vendor said; nobody if it replied by itself.
    reply_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    promised_for = models.DateField(null=True, blank=True)
    # A verdict that fails counts once the vendor replied or its time is over.
    evidence = models.OneToOneField(
        "trials.Evidence",
        on_delete=models.PROTECT,
        related_name="finding",
        null=True,
        blank=True,
        editable=False,
    )
    reply_until = models.DateTimeField(null=True, blank=True, editable=False)
    # The newest time that it was tried again; the journal keeps the earlier ones.
    retest = models.CharField(max_length=11, choices=Retest.choices, blank=True)
    retest_note = models.TextField(blank=True, help_text="What was seen then.")
    retested_at = models.DateTimeField(null=True, blank=True)
    retested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    objects: ClassVar = VendorScopedQuerySet["Gap"].as_manager()

    class Meta:
        ordering = ("found_on",)
        indexes = [
            models.Index(fields=("found_on", "id"), name="gap_in_lists"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(closing_note=""),
                name="gap_closed_with_a_note",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="gap_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(evidence__isnull=True) | Q(reply_until__isnull=False),
                name="gap_of_a_verdict_gives_time_to_reply",
            ),
            models.CheckConstraint(
                condition=Q(retested_at__isnull=True, retest="")
                | Q(retested_at__isnull=False, retest__in=Retest.values),
                name="gap_retest_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Gap {str(self.pk)[:8]}"

    @property
    def awaits_reply(self) -> bool:
        """Whether the vendor still has time to answer before the verdict counts."""
        return (
            self.reply_until is not None
            and self.reply_until > timezone.now()
            and self.reply_at is None
            and self.closed_at is None
        )

    @property
    def retest_is_due(self) -> bool:
        """Whether the day promised for its mend has come and nobody tried it since."""
        day = self.promised_for
        if day is None or self.closed_at or today_in(self.trial.zone) < day:
            return False
        tried = self.retested_at
        return tried is None or wall_of(tried, self.trial.zone).date() < day

    @property
    def day_found(self) -> int:
        """The day of the trial on which it was found, from 1."""
        return (self.found_on - self.trial.starts_on).days + 1
