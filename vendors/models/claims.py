"""What candidates say, revision by revision, and how they hand it in."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    Exists,
    F,
    ForeignKey,
    Index,
    OuterRef,
    Q,
    UniqueConstraint,
)
from django.db.models.functions import Now
from django.utils import timezone
from msgspec import UNSET

from evaltracker.enumerations import Availability
from evaltracker.evaluations.choices import SupportWanted, known
from evaltracker.evaluations.models import (
    AppendOnlyError,
    CommittedRecord,
    Requirement,
    SealedRecord,
    User,
)
from evaltracker.toolbox.measures import number_words
from vendors.choices import AVAILABILITY_CHOICES, NOTED
from vendors.effort import BYS, HOWS, effort_in
from vendors.models.candidates import Candidate, VendorRecord, VendorScopedQuerySet


class DraftQuerySet(VendorScopedQuerySet["AnswerDraft"]):
    def visible_to(self, user: Any) -> "DraftQuerySet":
        """No row, whoever of the house asks."""
        return self.none()

    def delete(self) -> tuple[int, dict[str, int]]:
        DraftFile.objects.filter(draft__in=self).delete()
        return super().delete()


class DraftFileQuerySet(VendorScopedQuerySet["DraftFile"]):
    def visible_to(self, user: Any) -> "DraftFileQuerySet":
        """No row, whoever of the house asks."""
        return self.none()


class AnswerDraft(VendorRecord):
    """An answer as it was typed, right or wrong, until it is handed in."""

    candidate = ForeignKey(Candidate, PROTECT, related_name="drafts")
    requirement = ForeignKey(Requirement, PROTECT, related_name="drafts")
    # One more with every change, so that two tabs notice each other.
    version = models.PositiveIntegerField(default=1)
    # As `vendors.answers` keeps them.
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    # Who came later does not read it.
    started_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects: ClassVar = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("candidate", "requirement"), name="answer_draft_once"
            )
        ]


class DraftFile(VendorRecord):
    """A file that waits with its draft, and goes with it.

    Its bytes are in the row, so that they are the vendor's alone as the draft is, and
    no file is left behind by a draft that is thrown away.
    """

    evaluation_path: ClassVar[str] = "draft__candidate__evaluation"
    vendor_path: ClassVar[str] = "draft__candidate__vendor"

    draft = ForeignKey(AnswerDraft, PROTECT, related_name="files")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()

    objects: ClassVar = DraftFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at",)


class Claim(SealedRecord, VendorRecord):
    """One revision of a candidate's answer to a requirement.

    Rows are only added; `superseded_at` alone is set later, when the next revision
    arrives. The current claim is the one revision that is not superseded.
    """

    committed: ClassVar = {
        1: (
            *("candidate", "requirement", "revision", "requirement_revision"),
            *("availability", "available_from", "environments", "statement"),
            *("evidence_url", "submitted_at", "by_vendor", "noted_by", "submitted_by"),
        )
    }
    committed[2] = (*committed[1], "holds_for")
    committed[3] = (*committed[2], "number")
    uncommitted: ClassVar = {"superseded_at": "The next revision says it."}

    candidate = ForeignKey(Candidate, PROTECT, related_name="claims")
    requirement = ForeignKey(Requirement, PROTECT, related_name="claims")
    revision = models.PositiveIntegerField(default=1)
    requirement_revision = models.PositiveIntegerField(
        help_text="The revision of the requirement that it answers."
    )
    availability = models.CharField(max_length=10, choices=AVAILABILITY_CHOICES)
    available_from = models.DateField(null=True, blank=True)
    environments = models.JSONField(default=list, blank=True)
    # What was said of the values of the brief's lists, and what it meant that day:
    # {"said": …, "means": {list: {value: [availability, date]}}}; null: nothing.
    holds_for = models.JSONField(null=True, blank=True)
    # {"value": "12", "unit": "ms"}, claimed for the requirement's measure; {}: none.
    number = models.JSONField(default=dict, db_default={}, blank=True)
    statement = models.TextField(blank=True)
    evidence_url = models.URLField(max_length=2000, blank=True)
    submitted_at = models.DateTimeField(default=timezone.now)
    by_vendor = models.BooleanField(
        default=False, help_text="Whether the vendor said it, or the buyer noted it."
    )
    noted_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    submitted_by = models.CharField(max_length=200, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    # Among the vendor's own, whatever the buyer noted in between. No column: what
    # `selectors.own` reads has it, and the rest cannot be shown to a vendor.
    own_revision: int

    objects: ClassVar = VendorScopedQuerySet["Claim"].as_manager()

    class Meta:
        ordering = ("requirement__position", "requirement__ref", "revision")
        indexes = [Index(fields=("submitted_at", "id"), name="claim_in_lists")]
        constraints = [
            UniqueConstraint(
                fields=("candidate", "requirement", "revision"),
                name="claim_revision_once",
            ),
            UniqueConstraint(
                fields=("candidate", "requirement"),
                condition=Q(superseded_at__isnull=True),
                name="claim_one_current",
            ),
            known("availability", Availability, "claim_availability_known"),
            CheckConstraint(
                # A source may say no more than that it is planned.
                condition=~Q(availability=Availability.PLANNED)
                | Q(available_from__isnull=False)
                | Q(by_vendor=False),
                name="claim_planned_has_a_date",
            ),
            CheckConstraint(
                condition=Q(by_vendor=False) | ~Q(availability__in=NOTED),
                name="claim_vendor_states_availability",
            ),
        ]

    @property
    def number_words(self) -> str:
        """The number that is claimed, as “12 ms”; blank of none."""
        return number_words(self.number)

    @property
    def effort(self) -> Any:
        """The `Effort` that was stated last with it, or None; UNSET where that was not
        read with its requirement."""
        efforts = getattr(self.requirement, "own_efforts", None)
        if efforts is None:
            return UNSET
        until = self.superseded_at
        stated = None
        for row in efforts:
            if row.submitted_at < until if until else not row.superseded_at:
                stated = row if row.how else None
        return stated

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: withdrawing is a revision, history stays."""
        raise AppendOnlyError("A claim is withdrawn by a revision, never deleted.")

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        later = cls.objects.filter(**CELL, revision__gt=OuterRef("revision"))
        return _wrongly_standing(cls.objects.in_evaluation(evaluation), Exists(later))


CELL = {name: OuterRef(name) for name in ("candidate", "requirement")}


def _wrongly_standing(
    rows: "models.QuerySet[Any]", follows: Any
) -> Iterable[tuple[Any, str]]:
    """Those that stand though something follows, or the reverse."""
    wrong = Q(superseded_at=None) & follows | Q(superseded_at__isnull=False) & ~follows
    return ((row.pk, "superseded_at") for row in rows.filter(wrong).only("pk"))


class Effort(SealedRecord, VendorRecord):
    """One revision of what it costs to meet a requirement, and whose days.

    As with claims `superseded_at` alone is set later. What is taken back is a revision
    without `how`. The vendor's revisions are numbered apart from the buyer's notes.
    """

    uncommitted: ClassVar = {"superseded_at": "The next revision, or claim, says it."}

    candidate = ForeignKey(Candidate, PROTECT, related_name="efforts")
    requirement = ForeignKey(Requirement, PROTECT, related_name="efforts")
    revision = models.PositiveIntegerField()
    how = models.CharField(max_length=10, blank=True)
    low = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    likely = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    high = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    by = models.CharField(max_length=11, blank=True)
    by_vendor = models.BooleanField()
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=300)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["Effort"].as_manager()

    class Meta:
        ordering = ("candidate", "requirement", "by_vendor", "revision")
        constraints = [
            UniqueConstraint(
                fields=("candidate", "requirement", "by_vendor", "revision"),
                name="effort_revision_once",
            ),
            UniqueConstraint(
                fields=("candidate", "requirement"),
                condition=Q(superseded_at__isnull=True),
                name="effort_one_current",
            ),
            CheckConstraint(
                condition=Q(how__in=["", *HOWS], by__in=["", *BYS]),
                name="effort_words_known",
            ),
            CheckConstraint(
                condition=Q(low=None, likely=None, high=None)
                | Q(low__gt=0, low__lte=F("likely"), likely__lte=F("high")),
                name="effort_days_in_order",
            ),
        ]

    @property
    def said(self) -> dict[str, Any]:
        """As it is sent; what was taken back has a blank `how`."""
        return effort_in(vars(self))

    @property
    def shown(self) -> dict[str, Any]:
        return {**self.said, "revision": self.revision}

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        later: Any = {**CELL, "submitted_at__gt": OuterRef("submitted_at")}
        answers = Claim.objects.filter(~Q(by_vendor=OuterRef("by_vendor")), **later)
        follows = Exists(cls.objects.filter(**later)) | Exists(answers)
        rows = cls.objects.filter(candidate__evaluation__asks_effort=True)
        return _wrongly_standing(rows.in_evaluation(evaluation), follows)


class ClaimFile(CommittedRecord, VendorRecord):
    evaluation_path: ClassVar[str] = "claim__candidate__evaluation"
    vendor_path: ClassVar[str] = "claim__candidate__vendor"
    uncommitted: ClassVar = {"stored_as": "Its SHA-256 counts, wherever it is kept."}

    claim = ForeignKey(Claim, PROTECT, related_name="files")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=100, unique=True)
    uploaded_at = models.DateTimeField(default=timezone.now)

    # That of its claim, likewise.
    own_revision: int

    objects: ClassVar = VendorScopedQuerySet["ClaimFile"].as_manager()

    class Meta:
        ordering = ("uploaded_at",)


class Submission(CommittedRecord, VendorRecord):
    candidate = ForeignKey(Candidate, PROTECT, related_name="submissions")
    number = models.CharField(max_length=20)
    submitted_at = models.DateTimeField(default=timezone.now)
    submitted_by = models.CharField(max_length=200)
    claims = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    objects: ClassVar = VendorScopedQuerySet["Submission"].as_manager()

    class Meta:
        ordering = ("submitted_at",)
        indexes = [Index(fields=("submitted_at", "id"), name="submission_in_lists")]
        constraints = [
            UniqueConstraint(
                fields=("candidate", "number"), name="submission_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"Receipt {self.number}"


class SupportStatement(SealedRecord, VendorRecord):
    """One revision of the support that comes with an offer, as its vendor states it."""

    only_grows: ClassVar[bool] = True

    candidate = ForeignKey(Candidate, PROTECT, related_name="support_statements")
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=SupportWanted.choices)
    text = models.TextField(blank=True)
    stated_at = models.DateTimeField()
    stated_by = models.CharField(max_length=300)

    objects: ClassVar = VendorScopedQuerySet["SupportStatement"].as_manager()

    class Meta:
        ordering = ("candidate", "revision")
        constraints = [
            UniqueConstraint(
                fields=("candidate", "revision"), name="support_revision_once"
            ),
            known("kind", SupportWanted, "support_kind_known"),
        ]


class LastSeen(VendorRecord):
    """Up to when a person has seen what a candidate sent; their own bookmark.

    No part of the evaluation: no journal tells it, and nobody else reads it.
    """

    person = ForeignKey(User, PROTECT, related_name="+")
    candidate = ForeignKey(Candidate, PROTECT, related_name="last_seen")
    until = models.DateTimeField()

    objects: ClassVar = VendorScopedQuerySet["LastSeen"].as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=("person", "candidate"), name="last_seen_once")
        ]
