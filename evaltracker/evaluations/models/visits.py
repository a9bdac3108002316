"""The stays of an evaluation in its stages."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.choices import Stage, VisitEnd
from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation


class Visit(Record):
    """One stay in a stage; sending an evaluation back opens a new one."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="visits"
    )
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    round = models.PositiveIntegerField(
        default=1, help_text="Grows when sign-offs are asked for anew."
    )
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    ended = models.CharField(max_length=9, choices=VisitEnd.choices, blank=True)
    reason = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["Visit"].as_manager()

    class Meta:
        ordering = ("evaluation", "number")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "number"), name="visit_number_once"
            ),
            models.UniqueConstraint(
                fields=("evaluation",),
                condition=Q(left_at__isnull=True),
                name="visit_one_open_per_evaluation",
            ),
            models.CheckConstraint(
                condition=(Q(left_at__isnull=True) & Q(ended=""))
                | (Q(left_at__isnull=False) & Q(ended__in=VisitEnd.values)),
                name="visit_end_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} (visit {self.number})"
