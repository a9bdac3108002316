"""What a confirmed verdict rests on: the runs as they were counted then."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from evaltracker.evaluations.models import CommittedRecord, ScopedQuerySet
from evaltracker.evaluations.models.journal import AppendOnlyError
from trials.choices import EvidenceVerdict
from trials.models.evidence import Evidence
from vendors.models.base import VendorRecord

PASSED, FAILED = "passed", "failed"


class Measurement(CommittedRecord, VendorRecord):
    """The frozen runs of one verdict, from which its statistic is counted again."""

    evaluation_path: ClassVar[str] = "evidence__claim__candidate__evaluation"
    vendor_path: ClassVar[str] = "evidence__claim__candidate__vendor"
    committed: ClassVar = {
        1: ("evidence", "measure", "results", "n", "value", "proposed", "reason")
    }
    only_grows: ClassVar[bool] = True

    evidence = models.OneToOneField(
        Evidence, on_delete=models.PROTECT, related_name="measurement"
    )
    # That of the criterion then; {}: tests that passed or failed.
    measure = models.JSONField(default=dict, blank=True)
    # In order of time, in the measure's unit; of a test “passed” or “failed”.
    results = models.JSONField(default=list)
    n = models.PositiveIntegerField()
    # The statistic, as exact text; blank for tests.
    value = models.CharField(max_length=100, blank=True)
    proposed = models.CharField(max_length=9, choices=EvidenceVerdict.choices)
    # Why the verdict is another than the one proposed.
    reason = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["Measurement"].as_manager()

    class Meta:
        ordering = ("evidence",)
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed__in=EvidenceVerdict.values),
                name="measurement_proposed_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Measurement {str(self.pk)[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only; a newer verdict has a measurement of its own."""
        if not self._state.adding:
            raise AppendOnlyError("What a verdict rests on is never changed.")
        super().save(*args, **kwargs)
