"""Research notes and demos."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import Requirement, ScopedQuerySet
from evaltracker.evaluations.models.people import check_zone
from stakeholders.models import Stakeholder
from trials.choices import NoteKind
from vendors.models import Candidate
from vendors.models.base import VendorRecord


class ResearchNote(VendorRecord):
    """What somebody read or heard about a candidate, with source and date."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="research_notes"
    )
    requirement = models.ForeignKey(
        Requirement,
        on_delete=models.PROTECT,
        related_name="research_notes",
        null=True,
        blank=True,
    )
    kind = models.CharField(max_length=13, choices=NoteKind.choices)
    title = models.CharField(max_length=200)
    text = models.TextField()
    source_url = models.URLField(max_length=2000, blank=True)
    source_date = models.DateField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["ResearchNote"].as_manager()

    class Meta:
        ordering = ("-noted_at",)

    def __str__(self) -> str:
        return f"Note {str(self.pk)[:8]}"


class Demo(VendorRecord):
    """One showing of a candidate, run from our script."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="demos"
    )
    title = models.CharField(max_length=150, default="Demo")
    scheduled_for = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    minutes = models.PositiveSmallIntegerField(default=90)
    held_at = models.DateTimeField(null=True, blank=True)
    attendees = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["Demo"].as_manager()

    class Meta:
        ordering = ("scheduled_for", "title")

    def __str__(self) -> str:
        return f"Demo {str(self.pk)[:8]}"


class ScriptItem(VendorRecord):
    """One thing to see in a demo; off-script ones are the dazzle list."""

    evaluation_path: ClassVar[str] = "demo__candidate__evaluation"
    vendor_path: ClassVar[str] = "demo__candidate__vendor"

    demo = models.ForeignKey(
        Demo, on_delete=models.PROTECT, related_name="script_items"
    )
    requirement = models.ForeignKey(
        Requirement,
        on_delete=models.PROTECT,
        related_name="script_items",
        null=True,
        blank=True,
    )
    position = models.PositiveIntegerField(default=0)
    question = models.TextField()
    show_live = models.TextField(blank=True, help_text="What must be seen working.")
    data_to_bring = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    asker = models.ForeignKey(
        Stakeholder,
        on_delete=models.PROTECT,
        related_name="script_items",
        null=True,
        blank=True,
    )
    passes_if = models.TextField(blank=True)
    off_script = models.BooleanField(default=False)
    remark = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["ScriptItem"].as_manager()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=("demo", "requirement"),
                condition=Q(requirement__isnull=False),
                name="script_item_once_per_requirement",
            ),
            models.CheckConstraint(
                condition=Q(off_script=False) | Q(requirement__isnull=True),
                name="script_item_dazzle_scores_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"Item {self.position}"
