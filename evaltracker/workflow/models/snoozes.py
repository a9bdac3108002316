"""What a person has put off on their own list of work."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from evaltracker.evaluations.models import Evaluation, OwnQuerySet, Record


class Snooze(Record):
    """Until when a person does not want to see a line of *My work*.

    No part of the evaluation: no journal tells it, nobody else reads it, and no
    notice, deadline or escalation waits for it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # What tells the line from others; what waits behind another link is another line.
    line = models.CharField(max_length=300)
    # The day on which it is back, in the person's own zone.
    until = models.DateField()

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("person", "line"), name="snooze_once_per_line"
            )
        ]

    def __str__(self) -> str:
        return f"Snooze {str(self.pk)[:8]}"
