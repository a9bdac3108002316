"""Verdicts on claims with their proof, retractions, excuses and research notes."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    Index,
    OneToOneField,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.enumerations import Source
from evaltracker.evaluations.choices import known
from evaltracker.evaluations.models import (
    CommittedRecord,
    Requirement,
    ScopedQuerySet,
    SealedRecord,
    User,
)
from trials.choices import (
    SOURCE_CHOICES,
    DataOwner,
    EvidenceVerdict,
    NoteKind,
    Runner,
    setting_words,
)
from trials.models.demos import ScriptItem
from trials.models.trials import Criterion
from vendors.claims import named_words
from vendors.models import Candidate, Claim, VendorRecord, VendorScopedQuerySet


class ResearchNote(CommittedRecord, VendorRecord):
    """What somebody read or heard about a candidate, with source and date."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = ForeignKey(Candidate, PROTECT, related_name="research_notes")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="research_notes", null=True, blank=True
    )
    kind = models.CharField(max_length=13, choices=NoteKind.choices)
    title = models.CharField(max_length=200)
    text = models.TextField()
    source_url = models.URLField(max_length=2000, blank=True)
    source_date = models.DateField(null=True, blank=True)
    noted_by = ForeignKey(User, PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-noted_at",)
        indexes = [Index(fields=("noted_at", "id"), name="research_note_in_lists")]


class EvidenceQuerySet(VendorScopedQuerySet["Evidence"]):
    def standing(self) -> Self:
        """What nobody has taken back."""
        return self.filter(taken_back__isnull=True)


class Evidence(SealedRecord, VendorRecord):
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
    committed[3] = (*committed[2], "others")
    committed[4] = (*committed[3], "took")
    uncommitted: ClassVar = {"file": "Its SHA-256 counts, wherever it is kept."}
    only_grows: ClassVar[bool] = True

    claim = ForeignKey(Claim, PROTECT, related_name="evidence")
    source = models.CharField(max_length=8, choices=SOURCE_CHOICES)
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
    research_note = ForeignKey(
        ResearchNote, PROTECT, related_name="evidence", null=True, blank=True
    )
    script_item = ForeignKey(
        ScriptItem, PROTECT, related_name="evidence", null=True, blank=True
    )
    criterion = ForeignKey(
        Criterion, PROTECT, related_name="evidence", null=True, blank=True
    )
    reconfirms = ForeignKey(
        "self",
        PROTECT,
        related_name="reconfirmations",
        null=True,
        blank=True,
        help_text="The verdict on an earlier revision that is said again here.",
    )
    recorded_by = ForeignKey(User, PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    # How many more the same person gave at the same moment, with one press.
    others = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    took = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="Days that it took to meet, in halves; blank if nobody counted.",
    )

    objects: ClassVar = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("recorded_at",)
        verbose_name_plural = "evidence"
        indexes = [Index(fields=("recorded_at", "id"), name="evidence_in_lists")]
        constraints = [
            known("source", Source, "evidence_source_known"),
            known("verdict", EvidenceVerdict, "evidence_verdict_known"),
            known("runner", Runner, "evidence_runner_known"),
            known("data", DataOwner, "evidence_data_known"),
            CheckConstraint(
                condition=~Q(verdict=EvidenceVerdict.NOT_SHOWN) | Q(source=Source.DEMO),
                name="evidence_not_shown_is_of_demos",
            ),
            CheckConstraint(
                condition=~Q(verdict=EvidenceVerdict.FAILS) | ~Q(note=""),
                name="evidence_failure_is_told",
            ),
            CheckConstraint(
                condition=Q(took=None)
                | Q(took__gte=0, took__lte=2000) & ~Q(source=Source.RESEARCH),
                name="evidence_took_some_days",
            ),
        ]

    @property
    def setting(self) -> str:
        """Who ran it and on whose data, in words; blank for research."""
        evaluation = self.claim.candidate.evaluation
        return setting_words(
            self.source, self.runner, self.data, words=evaluation.words
        )

    @property
    def values_named(self) -> str:
        """The values of the brief's lists that it speaks of, in words.

        Of a list that it leaves out, those of its criterion or script item.
        """
        item = self.criterion or self.script_item
        return named_words({**(item.named_values if item else {}), **self.named_values})


class TakenBack(SealedRecord, VendorRecord):
    """A verdict that counts no longer; it stays in the ledger, with the reason."""

    evaluation_path: ClassVar[str] = "evidence__claim__candidate__evaluation"
    vendor_path: ClassVar[str] = "evidence__claim__candidate__vendor"
    only_grows: ClassVar[bool] = True

    evidence = OneToOneField(Evidence, PROTECT, related_name="taken_back")
    reason = models.TextField()
    taken_back_by = ForeignKey(User, PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("taken_back_at",)
        verbose_name_plural = "taken back"


class ExcuseQuerySet(ScopedQuerySet["Excuse"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Excuse(SealedRecord, VendorRecord):
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

    candidate = ForeignKey(Candidate, PROTECT, related_name="excuses")
    requirement = ForeignKey(Requirement, PROTECT, related_name="excuses")
    reason = models.TextField()
    # {list: [values]} for which it is excused; none: for all of them.
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    excused_by = ForeignKey(User, PROTECT, related_name="+")
    excused_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects: ClassVar = ExcuseQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("candidate", "requirement"),
                condition=Q(withdrawn_at__isnull=True),
                name="excuse_one_stands",
            ),
            CheckConstraint(condition=~Q(reason=""), name="excuse_has_a_reason"),
            CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                name="excuse_withdrawn_with_a_reason",
            ),
        ]

    @property
    def values_named(self) -> str:
        return named_words(self.named_values)
