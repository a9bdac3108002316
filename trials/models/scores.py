"""People's scores: blind until locked, then closed by a consensus."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    Exists,
    ForeignKey,
    Index,
    OneToOneField,
    OuterRef,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.evaluations.models import (
    Category,
    CommittedRecord,
    Evaluation,
    ScopedQuerySet,
    SealedRecord,
    User,
)
from stakeholders.models import Stakeholder
from vendors.models import Candidate, VendorRecord


class ScoreSheet(SealedRecord):
    """One stakeholder's scores as a whole; locking it opens the others' to them."""

    evaluation_path: ClassVar[str] = "stakeholder__evaluation"
    committed: ClassVar = {1: ("stakeholder", "locked_at")}

    stakeholder = OneToOneField(Stakeholder, PROTECT, related_name="score_sheet")
    locked_at = models.DateTimeField(null=True, blank=True)


class ScoreQuerySet(ScopedQuerySet["Score"]):
    """Scores, blind until the reader's own are locked."""

    def visible_to(self, user: User) -> Self:
        """One's own always; what others have locked once all of one's own is locked.

        Whoever scores nothing, the owner and an operator among them, sees them once
        the consensus is opened.
        """
        here = OuterRef("candidate__evaluation")
        opened = Consensus.objects.filter(evaluation=here)
        # A part that scores but has no sheet yet is as unlocked as an open sheet.
        mine = Stakeholder.objects.filter(user=user, scores=True, evaluation=here)
        unlocked = mine.filter(score_sheet__locked_at__isnull=True)
        return (
            super()
            .visible_to(user)
            .filter(
                Q(sheet__stakeholder__user=user)
                | Exists(opened)
                | (Q(sheet__locked_at__isnull=False) & Exists(mine) & ~Exists(unlocked))
            )
        )


class Score(SealedRecord, VendorRecord):
    """0–5 for a candidate in a category; no row is “not scored”, never 0."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    committed: ClassVar = {
        1: ("sheet", "candidate", "category", "value", "reason", "given_at")
    }

    sheet = ForeignKey(ScoreSheet, PROTECT, related_name="scores")
    candidate = ForeignKey(Candidate, PROTECT, related_name="scores")
    category = ForeignKey(Category, PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField(validators=[MaxValueValidator(5)])
    reason = models.TextField(blank=True)
    given_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScoreQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=("given_at", "id"), name="score_in_lists")]
        constraints = [
            UniqueConstraint(
                fields=("sheet", "candidate", "category"), name="score_once"
            ),
            CheckConstraint(condition=Q(value__lte=5), name="score_to_5"),
        ]


class Consensus(CommittedRecord):
    """The meeting that opens all scores and closes scoring."""

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="consensus")
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = ForeignKey(User, PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "consensus meetings"


class Settlement(SealedRecord, VendorRecord):
    """What the meeting settled on in one category, in the place of the median."""

    evaluation_path: ClassVar[str] = "consensus__evaluation"
    committed: ClassVar = {
        1: (
            *("consensus", "candidate", "category", "value", "reason"),
            *("settled_by", "settled_at"),
        )
    }

    consensus = ForeignKey(Consensus, PROTECT, related_name="settlements")
    candidate = ForeignKey(Candidate, PROTECT, related_name="settlements")
    category = ForeignKey(Category, PROTECT, related_name="settlements")
    value = models.DecimalField(max_digits=2, decimal_places=1)
    reason = models.TextField()
    settled_by = ForeignKey(User, PROTECT, related_name="+")
    settled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("consensus", "candidate", "category"), name="settlement_once"
            ),
            CheckConstraint(
                condition=Q(value__gte=0) & Q(value__lte=5), name="settlement_0_to_5"
            ),
            CheckConstraint(condition=~Q(reason=""), name="settlement_has_a_reason"),
        ]
