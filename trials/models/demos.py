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
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import (
    CommittedRecord,
    Requirement,
    ScopedQuerySet,
    User,
    check_zone,
)
from evaltracker.toolbox.measures import measure_words
from stakeholders.models import Stakeholder
from vendors.choices import CandidateState
from vendors.claims import named_words
from vendors.models import Candidate, VendorRecord


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
        candidate = str(self.candidate)
        if candidate in self.title:
            return self.title
        return f"{self.title}: {candidate}"

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
