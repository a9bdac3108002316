"""May we go on, and what did we decide?"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import (
    CommittedRecord,
    Evaluation,
    Record,
    ScopedQuerySet,
    Visit,
)
from evaltracker.evaluations.models.journal import AppendOnlyError
from stakeholders.models import Stakeholder
from vendors.models import Candidate


class Waiver(CommittedRecord):
    """A gate that leadership lets pass on one visit, with a reason for the memo."""

    evaluation_path: ClassVar[str] = "visit__evaluation"
    committed: ClassVar = {
        1: ("visit", "gate", "rule", "reason", "waived_by", "waived_at")
    }
    only_grows: ClassVar[bool] = True

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="waivers")
    gate = models.CharField(max_length=60)
    rule = models.TextField(help_text="The rule as it read when it was waived.")
    reason = models.TextField()
    waived_by = models.ForeignKey(
        Stakeholder, on_delete=models.PROTECT, related_name="waivers"
    )
    waived_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScopedQuerySet["Waiver"].as_manager()

    class Meta:
        ordering = ("waived_at",)
        indexes = [
            models.Index(fields=("waived_at", "id"), name="waiver_in_lists"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("visit", "gate"), name="waiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Waiver of {self.gate}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only; a waiver stays as it was given."""
        if not self._state.adding:
            raise AppendOnlyError("A waiver is never changed.")
        super().save(*args, **kwargs)


class Outlook(Record):
    """How an open evaluation stood when it was last looked at closely.

    Made anew from the facts and never the truth itself: it lets *My work* list many
    evaluations without asking each gate of each, and tells the chore that asks for
    sign-offs what has moved. `version` says of which state, as far as all that counts
    goes, until `valid_until`; `entries` how many entries the journal had.
    """

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="outlook"
    )
    entries = models.PositiveIntegerField()
    looked_at = models.DateTimeField()
    version = models.CharField(max_length=64, blank=True, db_default="")
    valid_until = models.DateTimeField(null=True, blank=True)
    # The latest day on which the stage may end; null without a plan.
    due_on = models.DateField(null=True, blank=True)
    # How many entries there were when people were last asked to sign.
    asked_entries = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    is_signed_now = models.BooleanField()
    what = models.TextField()
    why = models.TextField()
    link = models.TextField()
    verb = models.CharField(max_length=60)

    objects: ClassVar = ScopedQuerySet["Outlook"].as_manager()

    def __str__(self) -> str:
        return f"Outlook {str(self.pk)[:8]}"


class Decision(CommittedRecord):
    """The outcome: a draft while it is being signed, then frozen with its memo."""

    committed: ClassVar = {
        1: (
            *("evaluation", "candidate", "rationale", "dissent", "revisit_when"),
            *("drafted_by", "drafted_at", "decided_by", "decided_at"),
            *("memo", "memo_sha256", "formula_version"),
        )
    }

    evaluation = models.OneToOneField(
        Evaluation, on_delete=models.PROTECT, related_name="decision"
    )
    candidate = models.ForeignKey(
        Candidate,
        on_delete=models.PROTECT,
        related_name="decisions",
        null=True,
        blank=True,
    )
    rationale = models.TextField(
        blank=True, help_text="Why this one, in words that leadership can repeat."
    )
    dissent = models.TextField(blank=True, help_text="Who disagrees, and why.")
    revisit_when = models.TextField(
        blank=True, help_text="What would make us look at it again."
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    memo = models.JSONField(
        default=dict, blank=True, help_text="Frozen inputs and results."
    )
    memo_sha256 = models.CharField(max_length=64, blank=True)
    formula_version = models.CharField(max_length=10, blank=True)

    objects: ClassVar = ScopedQuerySet["Decision"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True)
                | (
                    Q(candidate__isnull=False)
                    & Q(decided_by__isnull=False)
                    & ~Q(rationale="")
                    & ~Q(memo_sha256="")
                ),
                name="decision_is_whole_when_decided",
            )
        ]

    def __str__(self) -> str:
        return f"Decision {str(self.pk)[:8]}"
