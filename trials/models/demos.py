"""Demos: when, with whom, by which script."""

import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    F,
    ForeignKey,
    Index,
    OneToOneField,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.evaluations.choices import Status, known
from evaltracker.evaluations.models import (
    CommittedRecord,
    Requirement,
    ScopedQuerySet,
    SealedRecord,
    User,
    check_zone,
)
from evaltracker.toolbox.measures import measure_words
from stakeholders.models import Stakeholder
from trials.choices import (
    DataOwner,
    EvidenceVerdict,
    NoteKind,
    Runner,
    Source,
    setting_words,
)
from trials.models.trials import Criterion
from vendors.choices import CandidateState
from vendors.claims import named_words
from vendors.models import Candidate, Claim, VendorRecord, VendorScopedQuerySet


class DemoQuerySet(ScopedQuerySet["Demo"]):
    def to_come(self) -> Self:
        """What people may still plan with: ahead, and nothing speaks against it."""
        ahead = self.filter(
            held_at__isnull=True,
            called_off_at__isnull=True,
            scheduled_for__gt=timezone.now(),
            candidate__evaluation__status=Status.OPEN,
        )
        return ahead.exclude(candidate__state=CandidateState.ELIMINATED)


class Demo(CommittedRecord, VendorRecord):
    """One showing of a candidate, run from our script."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = ForeignKey(Candidate, PROTECT, related_name="demos")
    title = models.CharField(max_length=150, default="Demo")
    scheduled_for = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    minutes = models.PositiveSmallIntegerField(default=90)
    occurrence = models.PositiveIntegerField(
        default=1,
        editable=False,
        help_text="Grows each time that it is moved, and when it is called off.",
    )
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_because = models.TextField(blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Until then everybody reads only their own notes.
    notes_until = models.DateTimeField(null=True, blank=True)
    # Who is expected of the vendor, one a line; who was there, once it was held.
    vendor_people = models.TextField(blank=True, db_default="")
    meeting_url = models.URLField(max_length=2000, blank=True, db_default="")
    attendees = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    objects: ClassVar = DemoQuerySet.as_manager()

    class Meta:
        ordering = ("scheduled_for", "title")
        indexes = [Index(fields=("scheduled_for", "id"), name="demo_in_lists")]
        constraints = [
            CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(held_at__isnull=False, notes_until__gte=F("ended_at")),
                name="demo_ends_after_it_was_held",
            ),
            CheckConstraint(
                condition=Q(called_off_at__isnull=True) | Q(held_at__isnull=True),
                name="demo_called_off_was_not_held",
            ),
            CheckConstraint(
                condition=Q(called_off_at__isnull=True, called_off_because="")
                | Q(called_off_at__isnull=False) & ~Q(called_off_because=""),
                name="demo_called_off_with_a_reason",
            ),
        ]

    @property
    def whole_title(self) -> str:
        whose = str(self.candidate)
        return self.title if whose in self.title else f"{self.title}: {whose}"

    @property
    def has_passed(self) -> bool:
        """Whether it would be over by now, held or not."""
        if self.scheduled_for is None:
            return False
        ends = self.scheduled_for + datetime.timedelta(minutes=self.minutes)
        return ends <= timezone.now()

    @property
    def is_under_way(self) -> bool:
        """Whether it began today and nobody has said that it is over."""
        today = timezone.now() - datetime.timedelta(hours=12)
        return (
            self.held_at is not None and self.ended_at is None and self.held_at > today
        )

    @property
    def notes_are_open(self) -> bool:
        return self.notes_until is not None and self.notes_until <= timezone.now()


class DemoGuest(VendorRecord):
    """A stakeholder who is asked to attend; without any, everybody with a part is."""

    evaluation_path: ClassVar[str] = "demo__candidate__evaluation"
    vendor_path: ClassVar[str] = "demo__candidate__vendor"

    demo = ForeignKey(Demo, PROTECT, related_name="guests")
    stakeholder = ForeignKey(Stakeholder, PROTECT, related_name="+")

    class Meta:
        ordering = ("stakeholder__user__last_name",)
        constraints = [
            UniqueConstraint(fields=("demo", "stakeholder"), name="demo_guest_once")
        ]


class DemoNoteQuerySet(ScopedQuerySet["DemoNote"]):
    """Notes on demos, each one's own until they are revealed."""

    def visible_to(self, user: User) -> Self:
        """One's own always, the others' once the time for solo notes is over."""
        return (
            super()
            .visible_to(user)
            .filter(Q(author=user) | Q(demo__notes_until__lte=timezone.now()))
        )


class DemoNote(VendorRecord):
    """What one person thought of a demo, written before hearing the others."""

    evaluation_path: ClassVar[str] = "demo__candidate__evaluation"
    vendor_path: ClassVar[str] = "demo__candidate__vendor"

    demo = ForeignKey(Demo, PROTECT, related_name="solo_notes")
    author = ForeignKey(User, PROTECT, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = DemoNoteQuerySet.as_manager()

    class Meta:
        ordering = ("written_at",)
        constraints = [
            UniqueConstraint(
                fields=("demo", "author"), name="demo_note_once_per_person"
            )
        ]


class ScriptItem(CommittedRecord, VendorRecord):
    """One thing to see in a demo; off-script ones are the dazzle list."""

    evaluation_path: ClassVar[str] = "demo__candidate__evaluation"
    vendor_path: ClassVar[str] = "demo__candidate__vendor"

    demo = ForeignKey(Demo, PROTECT, related_name="script_items")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="script_items", null=True, blank=True
    )
    position = models.PositiveIntegerField(default=0)
    question = models.TextField()
    show_live = models.TextField(blank=True, help_text="What must be seen working.")
    data_to_bring = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    asker = ForeignKey(
        Stakeholder, PROTECT, related_name="script_items", null=True, blank=True
    )
    passes_if = models.TextField(blank=True)
    # {list: [values]} that a verdict on it speaks of, unless it names some itself.
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    # As of a requirement: the number that is to be seen; {}: none.
    measure = models.JSONField(default=dict, db_default={}, blank=True)
    off_script = models.BooleanField(default=False)
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ("position",)
        constraints = [
            UniqueConstraint(
                fields=("demo", "requirement"),
                condition=Q(requirement__isnull=False),
                name="script_item_once_per_requirement",
            ),
            CheckConstraint(
                condition=Q(off_script=False) | Q(requirement__isnull=True),
                name="script_item_dazzle_scores_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"Item {self.position}"

    @property
    def measure_words(self) -> str:
        return measure_words(self.measure)

    @property
    def values_named(self) -> str:
        return named_words(self.named_values)


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
        words = self.claim.candidate.evaluation.words
        return setting_words(self.source, self.runner, self.data, words=words)

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
