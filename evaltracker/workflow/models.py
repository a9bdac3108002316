"""May we go on, what did we decide, and what became of it?"""

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
from django.urls import reverse
from django.utils import timezone

from evaltracker.decision.models import WaiverAnswer
from evaltracker.evaluations.choices import AskedState, known
from evaltracker.evaluations.models import (
    Evaluation,
    OwnQuerySet,
    PersonalToken,
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


class AskedActQuerySet(OwnQuerySet["AskedAct"]):
    def waiting_on(self, person: User) -> Self:
        """Theirs to press or to decline: neither answered nor lapsed."""
        now = timezone.now()
        seen = Evaluation.objects.visible_to(person)
        return self.visible_to(person).filter(
            Q(evaluation=None) | Q(evaluation__in=seen),
            state=AskedState.OPEN,
            lapses_at__gt=now,
            token__revoked_at=None,
            token__ends_at__gt=now,
        )


class AskedAct(Record):
    """An act that a person's program asks them to do. No part of the evaluation:
    nobody else reads it, and nothing counts until its person presses the verb."""

    evaluation_path: ClassVar[str] = ""

    person = ForeignKey(User, PROTECT, related_name="+")
    token = ForeignKey(PersonalToken, PROTECT, related_name="+")
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="+", null=True)
    act = models.CharField(max_length=60)
    # As in the address of the act's page.
    target_id = models.CharField(max_length=200, blank=True)
    # What it was called when it was asked: “Judge the criterion: T6 …, holds”.
    title = models.CharField(max_length=300)
    # By field what was asked, and what the form held then.
    fields = models.JSONField()
    held = models.JSONField()
    etag = models.CharField(max_length=64)
    # Words that were found in a file: `words`, `file`, `page`, `sha256` and what stands
    # `before` and `after`. Null: none; whether they are the program's own is said.
    quote = models.JSONField(null=True)
    own_words = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=AskedState.choices, default=AskedState.OPEN
    )
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects: ClassVar = AskedActQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "id")
        indexes = [
            Index(fields=("person", "asked_at", "id"), name="asked_acts_in_lists")
        ]
        constraints = [known("state", AskedState, "asked_act_state_known")]

    def __str__(self) -> str:
        title = self.title[:1].lower() + self.title[1:]
        return f"“{self.token.label}” asks you to {title}"

    @property
    def link(self) -> str:
        """Where the act's page is, filled in with what was asked."""
        if self.target_id:
            keys = [self.act, self.target_id]
        else:
            keys = [self.act]
        address = reverse("admin:act_on" if self.target_id else "admin:act", args=keys)
        return f"{address}?asked={self.pk}"

    @property
    def because(self) -> str:
        if self.quote:
            source = f"{self.quote['said']}; "
        else:
            source = ""
        return f"{source}asked by token “{self.token.label}”"


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
