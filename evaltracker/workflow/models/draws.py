"""The last draws of an evaluation, which say how sure its first place is."""

from typing import ClassVar

from django.db import models

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet


class KeptDraws(Record):
    """What was drawn last, and of which inputs: a worker counts, pages read.

    Made anew from the facts and never the truth itself: `digest` names the inputs, so
    a page knows whether these draws are those of now. `entries` is how many entries
    the journal had then; from `valid_until` on time alone may have moved the inputs.
    """

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="kept_draws"
    )
    entries = models.PositiveIntegerField()
    valid_until = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)
    results = models.JSONField(default=dict)
    # The keys of those that were first then; none while nobody is.
    firsts = models.JSONField(default=list, db_default=[], blank=True)

    objects: ClassVar = ScopedQuerySet["KeptDraws"].as_manager()

    class Meta:
        verbose_name_plural = "kept draws"

    def __str__(self) -> str:
        return f"Draws of entry {self.entries}"
