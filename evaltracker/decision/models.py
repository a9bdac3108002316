"""Frozen decisions, and what follows: letters, annex, contract, promise checks."""

import datetime
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
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

from evaltracker.evaluations.choices import known
from evaltracker.evaluations.models import (
    CommittedRecord,
    Evaluation,
    Metric,
    Record,
    Requirement,
    SealedRecord,
    User,
    Visit,
)
from evaltracker.toolbox.languages import OFFERED
from evaltracker.toolbox.working_days import months_after
from stakeholders.models import Stakeholder
from vendors.models import Candidate


class CheckFound(models.TextChoices):
    HOLDS = "holds", "Holds"
    PARTLY = "partly", "Holds partly"
    FAILS = "fails", "Fails"


class TermOutcome(models.TextChoices):
    """What was decided before the last day to give notice."""

    ENDS = "ends", "It ends: notice was given, or it runs out"
    GOES_ON = "goes_on", "It goes on"


class WaiverAnswer(models.TextChoices):
    """What became of a request for a waiver; blank while it waits."""

    GRANTED = "granted", "Granted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Letter(SealedRecord):
    """What a candidate's vendor is told of the decision: a draft until it is sent. It
    tells of that candidate alone. Who got it stands in the notices that carry it."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    since: ClassVar[int] = 1
    uncommitted: ClassVar = {"language": "The text is what counts."}

    candidate = OneToOneField(Candidate, PROTECT, related_name="letter")
    text = models.TextField(
        help_text="Paragraphs with a blank line between them; the vendor reads this."
    )
    language = models.CharField(
        max_length=2, choices=list(OFFERED.items()), default="en", db_default="en"
    )
    drafted_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        app_label = "workflow"
        ordering = ("candidate__name",)
        constraints = [
            CheckConstraint(condition=~Q(text=""), name="letter_says_something"),
            CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="letter_released_by_somebody",
            ),
        ]


class AnnexLine(CommittedRecord):
    """The owner's ruling on a line of the annex of promises: a requirement, or words of
    an undertaking. With a reason it is struck; of the same line the last one counts."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    only_grows: ClassVar[bool] = True

    candidate = ForeignKey(Candidate, PROTECT, related_name="annex_lines")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="+", null=True, blank=True
    )
    words = models.TextField(
        "what the vendor will do",
        blank=True,
        help_text="In your words, as agreed. The vendor reads it; name nobody else.",
    )
    due_on = models.DateField("due", null=True, blank=True)
    reason = models.TextField(blank=True)
    ruled_at = models.DateTimeField(default=timezone.now)
    ruled_by = ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        app_label = "workflow"
        ordering = ("ruled_at", "id")
        constraints = [
            CheckConstraint(
                condition=Q(requirement__isnull=False) | ~Q(words=""),
                name="annex_line_says_something",
            )
        ]

    def __str__(self) -> str:
        return self.words or str(self.requirement)


class PromiseCheck(CommittedRecord):
    """A day, months after the decision, on which the chosen one's promises are read
    again; closed by the owner, or waived with a reason."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = ForeignKey(Candidate, PROTECT, related_name="promise_checks")
    months = models.PositiveSmallIntegerField(
        help_text="After so many months it was planned first."
    )
    due_on = models.DateField(help_text="In the evaluation's zone.")
    # A moved date is a new occurrence, so that it is reminded of anew.
    occurrence = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    waived_reason = models.TextField(blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        app_label = "workflow"
        ordering = ("due_on", "months")
        constraints = [
            UniqueConstraint(fields=("candidate", "months"), name="promise_check_once"),
            CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(waived_reason="", summary=""),
                name="promise_check_said_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"Promise check after {self.months} months"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class CheckVerdict(CommittedRecord):
    """Whether what was promised of one requirement, or an undertaking, holds on the day
    of a check."""

    evaluation_path: ClassVar[str] = "promise_check__candidate__evaluation"
    joined: ClassVar = {"undertaking": 2}

    promise_check = ForeignKey(PromiseCheck, PROTECT, related_name="verdicts")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="+", null=True, blank=True
    )
    undertaking = ForeignKey(
        AnnexLine, PROTECT, related_name="+", null=True, blank=True
    )
    found = models.CharField(max_length=6, choices=CheckFound.choices)
    note = models.TextField(help_text="How it was seen: where, by whom, on what.")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        app_label = "workflow"
        ordering = ("requirement__position", "requirement__ref")
        constraints = [
            UniqueConstraint(
                fields=("promise_check", "requirement"), name="check_verdict_once"
            ),
            UniqueConstraint(
                fields=("promise_check", "undertaking"),
                name="check_verdict_of_undertaking_once",
            ),
            CheckConstraint(
                condition=Q(requirement__isnull=False, undertaking__isnull=True)
                | Q(requirement__isnull=True, undertaking__isnull=False),
                name="check_verdict_of_one_line",
            ),
            known("found", CheckFound, "check_verdict_known"),
            CheckConstraint(condition=~Q(note=""), name="check_verdict_has_a_note"),
        ]


class MetricValue(CommittedRecord):
    """What a metric of the brief has come to on the day of a check."""

    evaluation_path: ClassVar[str] = "promise_check__candidate__evaluation"

    promise_check = ForeignKey(PromiseCheck, PROTECT, related_name="metric_values")
    metric = ForeignKey(Metric, PROTECT, related_name="+")
    value = models.CharField(max_length=150)
    note = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = ForeignKey(User, PROTECT, related_name="+")

    class Meta:
        app_label = "workflow"
        ordering = ("metric__name",)
        constraints = [
            UniqueConstraint(
                fields=("promise_check", "metric"), name="metric_value_once"
            ),
            CheckConstraint(condition=~Q(value=""), name="metric_value_says_something"),
        ]


MONTHS = (MinValueValidator(1), MaxValueValidator(120))


def default_remind_days() -> list[int]:
    return [90, 30, 7]


class ContractTerm(CommittedRecord):
    """From when to when, by when notice has to be given, and what comes then. Without
    an end it is open-ended; without months of renewal it ends by itself."""

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="contract_term")
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True, blank=True, help_text="Leave it blank if it is open-ended."
    )
    notice_months = models.PositiveSmallIntegerField(
        "notice period in months",
        null=True,
        blank=True,
        validators=MONTHS,
        help_text="How long before the end notice has to be given.",
    )
    notice_on = models.DateField(
        "last day to give notice",
        null=True,
        blank=True,
        help_text="Leave it blank to have it calculated from end and notice period.",
    )
    renewal_months = models.PositiveSmallIntegerField(
        "renews automatically for (months)",
        null=True,
        blank=True,
        validators=MONTHS,
        help_text="Leave it blank if it ends on its last day.",
    )
    looks_after = ForeignKey(User, PROTECT, related_name="+")
    remind_days = models.JSONField(default=default_remind_days)
    # Other dates are a new occurrence, so that they are reminded of anew.
    occurrence = models.PositiveIntegerField(default=0)
    outcome = models.CharField(
        max_length=8, choices=TermOutcome.choices, blank=True, default=""
    )
    outcome_note = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        app_label = "workflow"
        constraints = [
            CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_its_start",
            ),
            CheckConstraint(
                condition=Q(notice_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(notice_on__lte=F("ends_on")),
                name="contract_notice_before_its_end",
            ),
            CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | Q(outcome__in=TermOutcome.values, settled_at__isnull=False),
                name="contract_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return "Contract"

    @property
    def notice_day(self) -> datetime.date | None:
        if self.notice_on or not (self.ends_on and self.notice_months):
            return self.notice_on
        return months_after(self.ends_on, -self.notice_months)

    @property
    def deadline(self) -> datetime.date | None:
        return self.notice_day or self.ends_on

    @property
    def is_settled(self) -> bool:
        return bool(self.outcome)

    @property
    def renewed_until(self) -> datetime.date | None:
        if not (self.ends_on and self.renewal_months):
            return None
        return months_after(self.ends_on, self.renewal_months)


class Waiver(SealedRecord):
    """A gate that leadership lets pass on one visit, with a reason for the memo."""

    evaluation_path: ClassVar[str] = "visit__evaluation"
    committed: ClassVar = {
        1: ("visit", "gate", "rule", "reason", "waived_by", "waived_at")
    }
    only_grows: ClassVar[bool] = True

    visit = ForeignKey(Visit, PROTECT, related_name="waivers")
    gate = models.CharField(max_length=60)
    rule = models.TextField(help_text="The rule as it read when it was waived.")
    reason = models.TextField()
    waived_by = ForeignKey(Stakeholder, PROTECT, related_name="waivers")
    waived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "workflow"
        ordering = ("waived_at",)
        indexes = [Index(fields=("waived_at", "id"), name="waiver_in_lists")]
        constraints = [
            UniqueConstraint(fields=("visit", "gate"), name="waiver_once"),
            CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Waiver of {self.gate}"


class Outlook(Record):
    """How an open evaluation stood when it was last looked at closely.

    Made anew from the facts and never the truth itself: it lets *My work* list many
    evaluations without asking each gate of each, and tells the chore that asks for
    sign-offs what has moved. `version` says of which state, as far as all that counts
    goes, until `valid_until`; `entries` how many entries the journal had.
    """

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="outlook")
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

    class Meta:
        app_label = "workflow"


class Decision(SealedRecord):
    """The outcome: a draft while it is being signed, then frozen with its memo."""

    committed: ClassVar = {
        1: (
            *("evaluation", "candidate", "rationale", "dissent", "revisit_when"),
            *("drafted_by", "drafted_at", "decided_by", "decided_at"),
            *("memo", "memo_sha256", "formula_version"),
        )
    }

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="decision")
    candidate = ForeignKey(
        Candidate, PROTECT, related_name="decisions", null=True, blank=True
    )
    rationale = models.TextField(
        blank=True, help_text="Why this one, in words that leadership can repeat."
    )
    dissent = models.TextField(blank=True, help_text="Who disagrees, and why.")
    revisit_when = models.TextField(
        blank=True, help_text="What would make us look at it again."
    )
    drafted_by = ForeignKey(User, PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    decided_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    memo = models.JSONField(
        default=dict, blank=True, help_text="Frozen inputs and results."
    )
    memo_sha256 = models.CharField(max_length=64, blank=True)
    formula_version = models.CharField(max_length=10, blank=True)

    class Meta:
        app_label = "workflow"
        constraints = [
            CheckConstraint(
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


# To how many places shares of draws are kept: those by weights, and those of draws.
SHARE_PLACES = 4
DRAWN_PLACES = 8


class KeptDraws(Record):
    """What was drawn last, and of which inputs: a worker counts, pages read.

    Made anew from the facts and never the truth itself: `digest` names the inputs, so
    a page knows whether these draws are those of now. `version` is that of the
    evaluation then; from `valid_until` on time alone may have moved the inputs.
    """

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="kept_draws")
    # Only processes of before 0.2.0 read it; the release after takes it away.
    entries = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    version = models.CharField(max_length=64, blank=True, default="", db_default="")
    valid_until = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)
    results = models.JSONField(default=dict)
    # The keys of those that were first then; none while nobody is.
    firsts = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        app_label = "workflow"
        verbose_name_plural = "kept draws"

    @property
    def adds_up(self) -> bool:
        """Whether the shares can be those of draws: each from 0 to 1, and 1 in sum as
        far as they are rounded. Whoever shows any asks this first."""
        try:
            wins = [*map(Decimal, self.results["wins"].values())]
            counting = map(Decimal, self.results["all_wins"].values())
            every = [*counting, Decimal(self.results["nobody"])]
            lone = [*map(Decimal, self.results["knocked_out"].values())]
            lone += [Decimal(row["chance"]) for row in self.results["next"]]
            return all(0 <= share <= 1 for share in (*wins, *every, *lone)) and all(
                abs(sum(shares) - 1) <= Decimal(len(shares)) / 2 / 10**places
                for shares, places in ((wins, SHARE_PLACES), (every, DRAWN_PLACES))
            )
        except (ArithmeticError, AttributeError, KeyError, TypeError):
            return False


class Succession(Record):
    """That an evaluation was started from another one."""

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="succession")
    origin = ForeignKey(Evaluation, PROTECT, related_name="successions")

    class Meta:
        app_label = "workflow"
        constraints = [
            CheckConstraint(
                condition=~Q(evaluation=F("origin")), name="succession_of_another"
            )
        ]
