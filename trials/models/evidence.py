"""Verdicts on the exact claim revision, and excused knock-outs."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import CommittedRecord, Requirement, ScopedQuerySet
from evaltracker.evaluations.models.journal import AppendOnlyError
from trials.choices import (
    DataOwner,
    EvidenceVerdict,
    Runner,
    Source,
    setting_words,
)
from trials.models.demos import ScriptItem
from trials.models.research import ResearchNote
from trials.models.trials import Criterion
from vendors.models import Candidate, Claim
from vendors.models.base import VendorRecord
from vendors.named_values import named_words


class Evidence(CommittedRecord, VendorRecord):
    """One verdict on one claim revision; a newer one is a new row."""

    evaluation_path: ClassVar[str] = "claim__candidate__evaluation"
    vendor_path: ClassVar[str] = "claim__candidate__vendor"
    committed: ClassVar = {
        1: (
            *("claim", "source", "verdict", "note", "url", "file_name"),
            *("file_sha256", "independent", "research_note", "script_item"),
            *("criterion", "reconfirms", "recorded_by", "recorded_at"),
        )
    }
    committed[2] = (*committed[1], "runner", "data", "named_values")
    uncommitted: ClassVar = {"file": "Its SHA-256 counts, wherever it is kept."}
    only_grows: ClassVar[bool] = True

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    source = models.CharField(max_length=8, choices=Source.choices)
    verdict = models.CharField(max_length=9, choices=EvidenceVerdict.choices)
    note = models.TextField(blank=True)
    url = models.URLField(max_length=2000, blank=True)
    file = models.FileField(upload_to="evidence/", blank=True)
    file_name = models.CharField(max_length=150, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    runner = models.CharField(
        max_length=8,
        choices=Runner.choices,
        default="",
        db_default="",
        blank=True,
        help_text="Who ran the demo or trial.",
    )
    data = models.CharField(
        max_length=6,
        choices=DataOwner.choices,
        default="",
        db_default="",
        blank=True,
        help_text="Whose data it ran on.",
    )
    # {list: [values]} of the brief; an empty list of values names none of that list.
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    independent = models.BooleanField(
        default=True, help_text="Research: whether the source is not the vendor."
    )
    research_note = models.ForeignKey(
        ResearchNote,
        on_delete=models.PROTECT,
        related_name="evidence",
        null=True,
        blank=True,
    )
    script_item = models.ForeignKey(
        ScriptItem,
        on_delete=models.PROTECT,
        related_name="evidence",
        null=True,
        blank=True,
    )
    criterion = models.ForeignKey(
        Criterion,
        on_delete=models.PROTECT,
        related_name="evidence",
        null=True,
        blank=True,
    )
    reconfirms = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="reconfirmations",
        null=True,
        blank=True,
        help_text="The verdict on an earlier revision that is said again here.",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["Evidence"].as_manager()

    class Meta:
        ordering = ("recorded_at",)
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=("recorded_at", "id"), name="evidence_in_lists"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="evidence_source_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=EvidenceVerdict.values),
                name="evidence_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(runner__in=Runner.values), name="evidence_runner_known"
            ),
            models.CheckConstraint(
                condition=Q(data__in=DataOwner.values), name="evidence_data_known"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=EvidenceVerdict.NOT_SHOWN) | Q(source=Source.DEMO),
                name="evidence_not_shown_is_of_demos",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=EvidenceVerdict.FAILS) | ~Q(note=""),
                name="evidence_failure_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {str(self.pk)[:8]}"

    @property
    def setting(self) -> str:
        """Who ran it and on whose data, in words; blank for research."""
        return setting_words(self.source, self.runner, self.data)

    @property
    def values_named(self) -> str:
        """The values of the brief's lists that it speaks of, in words.

        Of a list that it leaves out, those of its criterion or script item.
        """
        item = self.criterion or self.script_item
        return named_words({**(item.named_values if item else {}), **self.named_values})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only; a new verdict is a new row."""
        if not self._state.adding:
            raise AppendOnlyError("A verdict is never changed; record a newer one.")
        super().save(*args, **kwargs)


class ExcuseQuerySet(ScopedQuerySet["Excuse"]):
    """Excuses, those that stand and those that were withdrawn."""

    def standing(self) -> Self:
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at__isnull=True)


class Excuse(CommittedRecord, VendorRecord):
    """A knock-out that somebody excuses, with the reason that the memo prints.

    Withdrawn, it counts no longer and stays on record with both reasons.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    committed: ClassVar = {
        1: (
            *("candidate", "requirement", "reason", "excused_by", "excused_at"),
            *("withdrawn_by", "withdrawn_at", "withdrawn_reason"),
        )
    }
    committed[2] = (*committed[1], "named_values")

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="excuses"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="excuses"
    )
    reason = models.TextField()
    # {list: [values]} for which it is excused; none: for all of them.
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    excused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    excused_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects: ClassVar = ExcuseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "requirement"),
                condition=Q(withdrawn_at__isnull=True),
                name="excuse_one_stands",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="excuse_has_a_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                name="excuse_withdrawn_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Excuse {str(self.pk)[:8]}"

    @property
    def values_named(self) -> str:
        """The values of the brief's lists that it names, in words."""
        return named_words(self.named_values)
