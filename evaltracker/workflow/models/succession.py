"""Which evaluation was started from which."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet


class Succession(Record):
    """That an evaluation was started from another one."""

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="succession"
    )
    origin = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="successions"
    )

    objects: ClassVar = ScopedQuerySet["Succession"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(evaluation=F("origin")), name="succession_of_another"
            )
        ]

    def __str__(self) -> str:
        return f"Succession {str(self.pk)[:8]}"
