"""What words of spreadsheets mean in one evaluation."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet
from vendors.choices import Availability

# A withdrawal is nothing that a file says; unstated keeps the word as text.
MEANINGS = tuple(text for text in Availability if text != Availability.WITHDRAWN)


class StatusWord(Record):
    """A status word that the buyers explained, so that it is not asked again."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="status_words"
    )
    word = models.CharField(max_length=60, help_text="Without case, marks, hyphens.")
    availability = models.CharField(max_length=10, choices=Availability.choices)
    available_from = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["StatusWord"].as_manager()

    class Meta:
        ordering = ("word",)
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "word"), name="status_word_once"
            ),
            models.CheckConstraint(
                condition=Q(availability__in=MEANINGS), name="status_word_means_one"
            ),
            models.CheckConstraint(
                condition=Q(available_from__isnull=True)
                | Q(availability=Availability.PLANNED),
                name="status_word_dated_if_planned",
            ),
        ]

    def __str__(self) -> str:
        return self.word
