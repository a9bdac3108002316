"""Trials: contract, criteria and milestones."""

from typing import ClassVar

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
    Requirement,
    User,
    check_zone,
)
from evaltracker.toolbox.days import today_in, wall_of
from evaltracker.toolbox.measures import Pool, measure_words
from stakeholders.models import Stakeholder
from trials.choices import MilestoneState, Retest, Severity
from vendors.claims import named_words
from vendors.models import Candidate, VendorRecord, VendorScopedQuerySet


class Trial(CommittedRecord, VendorRecord):
    """A candidate at work on our data, on terms agreed before day one."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = ForeignKey(Candidate, PROTECT, related_name="trials")
    title = models.CharField(max_length=150)
    starts_on = models.DateField()
    ends_on = models.DateField()
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    lead = ForeignKey(User, PROTECT, related_name="led_trials")
    workload = models.TextField(help_text="What is run on it.")
    environment = models.TextField(blank=True, help_text="Where it runs.")
    data_allowed = models.TextField(blank=True, help_text="Which data may go in.")
    people_hours = models.TextField(blank=True, help_text="Who, and how many hours.")
    exit_plan = models.TextField(blank=True, help_text="Clean-up when it ends.")
    proposed_at = models.DateTimeField(null=True, blank=True)
    # Grows whenever words change that were put forward: one version, one digest.
    version = models.PositiveIntegerField(default=1, editable=False)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)
    # Together with the trials of the other finalists, on the same terms.
    drawn_up = models.BooleanField(default=False, db_default=False, editable=False)
    difference = models.TextField(
        blank=True,
        db_default="",
        help_text="What differs from the other finalists' trials, and why.",
    )
    # The codes of all criteria that it ever had: none is given a second time.
    codes = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    # Where its numbers count from; blank: not said. `*` is every commit.
    counted_environment = models.CharField(
        "environment that counts", max_length=80, blank=True, default="", db_default=""
    )
    counted_commit = models.CharField(
        "commit that counts", max_length=200, blank=True, default="", db_default=""
    )
    declared_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = VendorScopedQuerySet["Trial"].as_manager()

    class Meta:
        ordering = ("starts_on", "title")
        indexes = [Index(fields=("starts_on", "id"), name="trial_in_lists")]
        get_latest_by = "starts_on"
        constraints = [
            CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="trial_ends_after_it_starts",
            )
        ]

    @property
    def declared(self) -> Pool:
        return Pool(self.counted_environment, self.counted_commit)


class Criterion(CommittedRecord, VendorRecord):
    """What a trial must reach, with a number; judged by evidence."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = ForeignKey(Trial, PROTECT, related_name="criteria")
    requirement = ForeignKey(Requirement, PROTECT, related_name="criteria")
    position = models.PositiveIntegerField(default=0)
    # What programs call it: given once, and never to another. Blank while nobody has
    # given one, as to rows that an older version wrote.
    code = models.CharField(
        max_length=90, blank=True, default="", db_default="", editable=False
    )
    text = models.TextField()
    threshold = models.CharField(max_length=200, blank=True)
    method = models.TextField(blank=True, help_text="How it is measured.")
    # {list: [values]} that a verdict on it speaks of, unless it names some itself.
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    # As of a requirement: what its runs must reach; {}: prose alone.
    measure = models.JSONField(default=dict, db_default={}, blank=True)
    # The same in each of the trials that have it in common.
    shared = models.UUIDField(null=True, blank=True, editable=False)
    # As of the trial, where they differ from it.
    counted_environment = models.CharField(
        "environment that counts", max_length=80, blank=True, default="", db_default=""
    )
    counted_commit = models.CharField(
        "commit that counts", max_length=200, blank=True, default="", db_default=""
    )
    declared_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = VendorScopedQuerySet["Criterion"].as_manager()

    class Meta:
        ordering = ("position",)
        verbose_name_plural = "criteria"
        constraints = [
            UniqueConstraint(
                fields=("trial", "code"),
                condition=~Q(code=""),
                name="criterion_code_once",
            )
        ]

    def __str__(self) -> str:
        return f"Criterion {self.position}"

    @property
    def number(self) -> str:
        parts = dict.fromkeys((measure_words(self.measure), self.threshold))
        return "; ".join(filter(None, parts))

    @property
    def values_named(self) -> str:
        return named_words(self.named_values)

    @property
    def declared(self) -> Pool:
        """The pool whose runs count, by its own words, else by its trial's."""
        return Pool(
            self.counted_environment or self.trial.counted_environment,
            self.counted_commit or self.trial.counted_commit,
        )


class Milestone(CommittedRecord):
    """A dated thing to do, of an evaluation or of one of its trials."""

    uncommitted: ClassVar = {"occurrence": "It tells reminders apart."}

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="milestones")
    trial = ForeignKey(Trial, PROTECT, related_name="milestones", null=True, blank=True)
    title = models.CharField(max_length=150)
    owner = ForeignKey(User, PROTECT, related_name="milestones")
    hangs_on = ForeignKey(
        "self",
        PROTECT,
        related_name="dependents",
        null=True,
        blank=True,
        help_text="Moves with it.",
    )
    # The wall time as typed, kept beside the instant: zone rules change (R12).
    due_on = models.DateField()
    due_time = models.TimeField()
    zone = models.CharField(max_length=64, validators=[check_zone])
    due_at = models.DateTimeField(editable=False)
    occurrence = models.PositiveIntegerField(
        default=1, editable=False, help_text="Grows each time that it is moved."
    )
    state = models.CharField(
        max_length=9, choices=MilestoneState.choices, default=MilestoneState.OPEN
    )
    state_reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due_at",)
        indexes = [Index(fields=("due_at", "-id"), name="milestone_in_lists")]
        constraints = [
            known("state", MilestoneState, "milestone_state_known"),
            CheckConstraint(
                condition=~Q(state=MilestoneState.WAIVED) | ~Q(state_reason=""),
                name="milestone_waived_with_a_reason",
            ),
            CheckConstraint(
                condition=~Q(hangs_on=F("id")), name="milestone_hangs_on_another"
            ),
        ]


class Agreement(CommittedRecord, VendorRecord):
    """One stakeholder's yes, for a role, to exactly these words of a contract."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = ForeignKey(Trial, PROTECT, related_name="agreements")
    stakeholder = ForeignKey(Stakeholder, PROTECT, related_name="agreements")
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    agreed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("agreed_at",)
        constraints = [
            UniqueConstraint(
                fields=("trial", "stakeholder", "digest"), name="agreement_once"
            )
        ]


class ContractChange(CommittedRecord, VendorRecord):
    """One numbered change of a contract that was agreed, and why."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = ForeignKey(Trial, PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    what = models.TextField()
    reason = models.TextField()
    changed_by = ForeignKey(User, PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("number",)
        constraints = [
            UniqueConstraint(
                fields=("trial", "number"), name="contract_change_number_once"
            ),
            CheckConstraint(
                condition=~Q(reason=""), name="contract_change_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"Change {self.number}"


class Gap(CommittedRecord, VendorRecord):
    """What a trial found missing."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = ForeignKey(Trial, PROTECT, related_name="gaps")
    requirement = ForeignKey(
        Requirement, PROTECT, related_name="gaps", null=True, blank=True
    )
    severity = models.CharField(max_length=12, choices=Severity.choices)
    text = models.TextField()
    found_on = models.DateField()
    found_by = ForeignKey(User, PROTECT, related_name="+")
    workaround = models.TextField(blank=True)
    reply = models.TextField(blank=True, help_text="What the vendor answers.")
    reply_at = models.DateTimeField(null=True, blank=True)
    # Who wrote down what the vendor said; nobody if it replied by itself.
    reply_noted_by = ForeignKey(
        User, PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    promised_for = models.DateField(null=True, blank=True)
    # A verdict that fails counts once the vendor replied or its time is over.
    evidence = OneToOneField(
        "trials.Evidence",
        PROTECT,
        related_name="finding",
        null=True,
        blank=True,
        editable=False,
    )
    reply_until = models.DateTimeField(null=True, blank=True, editable=False)
    # The newest time that it was tried again; the journal keeps the earlier ones.
    retest = models.CharField(max_length=11, choices=Retest.choices, blank=True)
    retest_note = models.TextField(blank=True, help_text="What was seen then.")
    retested_at = models.DateTimeField(null=True, blank=True)
    retested_by = ForeignKey(
        User, PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    objects: ClassVar = VendorScopedQuerySet["Gap"].as_manager()

    class Meta:
        ordering = ("found_on",)
        indexes = [Index(fields=("found_on", "id"), name="gap_in_lists")]
        constraints = [
            CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(closing_note=""),
                name="gap_closed_with_a_note",
            ),
            known("severity", Severity, "gap_severity_known"),
            CheckConstraint(
                condition=Q(evidence__isnull=True) | Q(reply_until__isnull=False),
                name="gap_of_a_verdict_gives_time_to_reply",
            ),
            CheckConstraint(
                condition=Q(retested_at__isnull=True, retest="")
                | Q(retested_at__isnull=False, retest__in=Retest.values),
                name="gap_retest_known",
            ),
        ]

    @property
    def awaits_reply(self) -> bool:
        """Whether the vendor still has time to answer before the verdict counts."""
        return (
            self.reply_until is not None
            and self.reply_until > timezone.now()
            and self.reply_at is None
            and self.closed_at is None
        )

    @property
    def retest_is_due(self) -> bool:
        """Whether the day promised for its mend has come and nobody tried it since."""
        day = self.promised_for
        if day is None or self.closed_at or today_in(self.trial.zone) < day:
            return False
        tried = self.retested_at
        return tried is None or wall_of(tried, self.trial.zone).date() < day

    @property
    def day_found(self) -> int:
        return (self.found_on - self.trial.starts_on).days + 1
