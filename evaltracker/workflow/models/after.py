"""What follows a decision: letters to those who answered, and checks of promises."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import (
    Metric,
    Record,
    Requirement,
    ScopedQuerySet,
)
from evaltracker.workflow.choices import CheckFound
from vendors.models import Candidate


class Letter(Record):
    """What a candidate's vendor is told of the decision: a draft until it is sent.

    It tells of that candidate alone. Who got it stands in the notices that carry it.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.OneToOneField(
        Candidate, on_delete=models.PROTECT, related_name="letter"
    )
    text = models.TextField(
        help_text="Paragraphs with a blank line between them; the vendor reads this."
    )
    drafted_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar = ScopedQuerySet["Letter"].as_manager()

    class Meta:
        ordering = ("candidate__name",)
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="letter_says_something"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="letter_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Letter {str(self.pk)[:8]}"


class PromiseCheck(Record):
    """A day, months after the decision, on which the chosen one's promises are read
    again; closed by the owner, or waived with a reason."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="promise_checks"
    )
    months = models.PositiveSmallIntegerField(
        help_text="After so many months it was planned first."
    )
    due_on = models.DateField(help_text="In the evaluation's zone.")
    # A moved date is a new occurrence, so that it is reminded of anew.
    occurrence = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    waived_reason = models.TextField(blank=True)
    summary = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["PromiseCheck"].as_manager()

    class Meta:
        ordering = ("due_on", "months")
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "months"), name="promise_check_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(waived_reason="", summary=""),
                name="promise_check_said_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"Promise check after {self.months} months"

    @property
    def is_open(self) -> bool:
        """Whether verdicts are still awaited."""
        return self.closed_at is None


class CheckVerdict(Record):
    """Whether what was promised of one requirement holds on the day of a check."""

    evaluation_path: ClassVar[str] = "promise_check__candidate__evaluation"

    promise_check = models.ForeignKey(
        PromiseCheck, on_delete=models.PROTECT, related_name="verdicts"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="+"
    )
    found = models.CharField(max_length=6, choices=CheckFound.choices)
    note = models.TextField(help_text="How it was seen: where, by whom, on what.")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar = ScopedQuerySet["CheckVerdict"].as_manager()

    class Meta:
        ordering = ("requirement__position", "requirement__ref")
        constraints = [
            models.UniqueConstraint(
                fields=("promise_check", "requirement"), name="check_verdict_once"
            ),
            models.CheckConstraint(
                condition=Q(found__in=CheckFound.values), name="check_verdict_known"
            ),
            models.CheckConstraint(
                condition=~Q(note=""), name="check_verdict_has_a_note"
            ),
        ]

    def __str__(self) -> str:
        return f"Verdict {str(self.pk)[:8]}"


class MetricValue(Record):
    """What a metric of the brief has come to on the day of a check."""

    evaluation_path: ClassVar[str] = "promise_check__candidate__evaluation"

    promise_check = models.ForeignKey(
        PromiseCheck, on_delete=models.PROTECT, related_name="metric_values"
    )
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=150)
    note = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar = ScopedQuerySet["MetricValue"].as_manager()

    class Meta:
        ordering = ("metric__name",)
        constraints = [
            models.UniqueConstraint(
                fields=("promise_check", "metric"), name="metric_value_once"
            ),
            models.CheckConstraint(
                condition=~Q(value=""), name="metric_value_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"Value {str(self.pk)[:8]}"
