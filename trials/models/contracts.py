"""Who agreed to a trial's contract, and how it changed since."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import ScopedQuerySet
from stakeholders.models import Stakeholder
from trials.models.trials import Trial
from vendors.models.base import VendorRecord


class Agreement(VendorRecord):
    """One stakeholder's yes, for a role, to exactly these words of a contract."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = models.ForeignKey(
        Trial, on_delete=models.PROTECT, related_name="agreements"
    )
    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.PROTECT, related_name="agreements"
    )
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    agreed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["Agreement"].as_manager()

    class Meta:
        ordering = ("agreed_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("trial", "stakeholder", "digest"), name="agreement_once"
            )
        ]

    def __str__(self) -> str:
        return f"Agreement {str(self.pk)[:8]}"


class ContractChange(VendorRecord):
    """One numbered change of a contract that was agreed, and why."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    what = models.TextField()
    reason = models.TextField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["ContractChange"].as_manager()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(
                fields=("trial", "number"), name="contract_change_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="contract_change_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"Change {self.number}"
