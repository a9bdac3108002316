"""May we go on, what did we decide, and what became of it?"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    OneToOneField,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.decision.models import WaiverAnswer
from evaltracker.evaluations.models import (
    Evaluation,
    OwnQuerySet,
    Record,
    Requirement,
    ScopedQuerySet,
    User,
    Visit,
)
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.policy import where_unbarred


class BellLook(Record):
    """Up to when a person has seen what is new; their own bookmark. No part of an
    evaluation: no journal tells it, and nobody else reads it."""

    evaluation_path: ClassVar[str] = ""

    person = OneToOneField(User, PROTECT, related_name="+")
    until = models.DateTimeField()

    objects: ClassVar = OwnQuerySet.as_manager()


class Snooze(Record):
    """Until when a person does not want to see a line of *My work*. No part of the
    evaluation: no journal tells it, nobody else reads it, and no notice, deadline or
    escalation waits for it."""

    person = ForeignKey(User, PROTECT, related_name="+")
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="+", db_index=False)
    # What tells the line from others; what waits behind another link is another line.
    line = models.CharField(max_length=300)
    # The day on which it is back, in the person's own zone.
    until = models.DateField()

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=("person", "line"), name="snooze_once_per_line")
        ]


class WaiverRequestQuerySet(ScopedQuerySet["WaiverRequest"]):
    def visible_to(self, user: User) -> Self:
        """What speaks of answers only to those whom no interest bars from them."""
        unbarred = where_unbarred(user, "visit__evaluation")
        return super().visible_to(user).filter(Q(tells=False) | unbarred)

    def waiting(self) -> Self:
        """Nobody has answered, the stage lasts, and the candidate is not out."""
        here = self.filter(answer="", visit__left_at__isnull=True)
        return here.exclude(candidate__state=CandidateState.ELIMINATED)

    def of_gate(self, visit: Visit, gate: str) -> Self:
        return self.filter(visit=visit, gate=gate)

    def of_cell(self, candidate: Candidate, requirement: Requirement) -> Self:
        return self.filter(candidate=candidate, requirement=requirement)


class WaiverRequest(Record):
    """A rule, or the knock-out of a candidate, that leadership is asked to let pass.
    The waiver or the excuse itself is a row of its own, made by its own service."""

    evaluation_path: ClassVar[str] = "visit__evaluation"

    visit = ForeignKey(Visit, PROTECT, related_name="waiver_requests")
    gate = models.CharField(max_length=60, blank=True)
    rule = models.TextField(
        blank=True, help_text="The rule as it read when it was asked for."
    )
    candidate = ForeignKey(
        Candidate, PROTECT, related_name="waiver_requests", null=True, blank=True
    )
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="waiver_requests", null=True, blank=True
    )
    # Whether it speaks of what candidates answered, cost or proved.
    tells = models.BooleanField(default=True)
    reason = models.TextField()
    asked_by = ForeignKey(User, PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(
        max_length=10, choices=WaiverAnswer.choices, blank=True, default=""
    )
    answer_reason = models.TextField(blank=True, default="")
    answered_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WaiverRequestQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = [
            CheckConstraint(
                condition=~Q(gate="")
                & Q(candidate__isnull=True, requirement__isnull=True)
                | Q(gate="", candidate__isnull=False, requirement__isnull=False),
                name="waiver_request_names_one_thing",
            ),
            CheckConstraint(
                condition=~Q(reason=""), name="waiver_request_has_a_reason"
            ),
            CheckConstraint(
                condition=Q(
                    answer="", answered_at__isnull=True, answered_by__isnull=True
                )
                | Q(
                    answer__in=WaiverAnswer.values,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="waiver_request_answer_is_whole",
            ),
            UniqueConstraint(
                fields=("visit", "gate"),
                condition=Q(answer="") & ~Q(gate=""),
                name="waiver_request_of_a_rule_once",
            ),
            UniqueConstraint(
                fields=("visit", "candidate", "requirement"),
                condition=Q(answer="", candidate__isnull=False),
                name="waiver_request_of_a_cell_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Request for a waiver of {self.thing}"

    @property
    def evaluation(self) -> Evaluation:
        return self.visit.evaluation

    @property
    def is_waiting(self) -> bool:
        is_out = (
            self.candidate is not None
            and self.candidate.state == CandidateState.ELIMINATED
        )
        return not self.answer and self.visit.left_at is None and not is_out

    @property
    def rule_title(self) -> str:
        return self.rule.partition("\n")[0]

    @property
    def thing(self) -> str:
        if self.candidate is None or self.requirement is None:
            return f"“{self.rule_title.rstrip('.')}”"
        return f"the knock-out of {self.candidate.name} by {self.requirement.ref}"

    @property
    def is_declined(self) -> bool:
        return self.answer == WaiverAnswer.DECLINED
