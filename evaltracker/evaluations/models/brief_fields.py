"""Questions that the brief of one purchase asks beside the usual ones."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from evaltracker.evaluations.choices import FieldKind
from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation


class BriefField(Record):
    """One question, what kind of answer it takes, and the answer as text.

    A number is kept as plain digits, a date as its ISO form, a choice by its words.
    """

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="brief_fields"
    )
    # Names it in forms, addresses and the journal; it stays when the label changes.
    key = models.SlugField(max_length=80, editable=False)
    label = models.CharField(max_length=80, help_text="E.g. Signatures a year.")
    help = models.CharField(
        max_length=300, blank=True, help_text="What whoever answers should know."
    )
    kind = models.CharField(
        max_length=6, choices=FieldKind.choices, default=FieldKind.TEXT
    )
    choices = models.JSONField(default=list, blank=True)
    needed = models.BooleanField(
        default=True, help_text="It has to be answered to leave the requirements stage."
    )
    answer = models.TextField(blank=True)
    does_not_matter = models.BooleanField(
        default=False, help_text="This purchase need not answer it."
    )
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = ScopedQuerySet["BriefField"].as_manager()

    class Meta:
        ordering = ("position", "label")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "key"), name="brief_field_key_once"
            ),
            models.UniqueConstraint(
                fields=("evaluation", "label"), name="brief_field_label_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FieldKind.values), name="brief_field_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_missing(self) -> bool:
        """Whether the requirements stage waits for its answer."""
        return self.needed and not self.does_not_matter and not self.answer
