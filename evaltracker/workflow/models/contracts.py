"""How long the contract runs that a decision led to, and who looks after it."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet
from evaltracker.kit.days import months_after
from evaltracker.workflow.choices import TermOutcome

MONTHS = (MinValueValidator(1), MaxValueValidator(120))


def default_remind_days() -> list[int]:
    """A quarter, a month and a week before."""
    return [90, 30, 7]


class ContractTerm(Record):
    """From when to when, by when notice has to be given, and what comes then.

    Without an end it is open-ended; without months of renewal it ends by itself.
    """

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="contract_term"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True, blank=True, help_text="Leave it blank if it is open-ended."
    )
    notice_months = models.PositiveSmallIntegerField(
        "notice period in months",
        null=True,
        blank=True,
        validators=MONTHS,
        help_text="How long before the end notice has to be given.",
    )
    notice_on = models.DateField(
        "last day to give notice",
        null=True,
        blank=True,
        help_text="Leave it blank to have it calculated from end and notice period.",
    )
    renewal_months = models.PositiveSmallIntegerField(
        "renews automatically for (months)",
        null=True,
        blank=True,
        validators=MONTHS,
        help_text="Leave it blank if it ends on its last day.",
    )
    looks_after = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    remind_days = models.JSONField(default=default_remind_days)
    # Other dates are a new occurrence, so that they are reminded of anew.
    occurrence = models.PositiveIntegerField(default=0)
    outcome = models.CharField(
        max_length=8, choices=TermOutcome.choices, blank=True, default=""
    )
    outcome_note = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar = ScopedQuerySet["ContractTerm"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(notice_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(notice_on__lte=F("ends_on")),
                name="contract_notice_before_its_end",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | Q(outcome__in=TermOutcome.values, settled_at__isnull=False),
                name="contract_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return "Contract"

    @property
    def notice_day(self) -> datetime.date | None:
        """The last day on which notice can be given, as entered or calculated."""
        if self.notice_on or not (self.ends_on and self.notice_months):
            return self.notice_on
        return months_after(self.ends_on, -self.notice_months)

    @property
    def deadline(self) -> datetime.date | None:
        """The day that people are reminded of: that of notice, else the end."""
        return self.notice_day or self.ends_on

    @property
    def is_settled(self) -> bool:
        """Whether somebody has said what happens on that day."""
        return bool(self.outcome)

    @property
    def renewed_until(self) -> datetime.date | None:
        """Until when it runs if nobody gives notice."""
        if not (self.ends_on and self.renewal_months):
            return None
        return months_after(self.ends_on, self.renewal_months)
