"""Measured criteria and the runs that were reported for them."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any, ClassVar, Self

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

from evaltracker.evaluations.choices import known
from evaltracker.evaluations.commitments import canonical
from evaltracker.evaluations.models import (
    CommittedRecord,
    SealedRecord,
    User,
)
from evaltracker.toolbox.measures import written
from trials.choices import EvidenceVerdict, ReportFormat
from trials.models.evidence import Evidence
from trials.models.trials import Criterion, Trial
from vendors.models import VendorRecord, VendorScopedQuerySet


class Measurement(SealedRecord, VendorRecord):
    """The frozen runs of one verdict, from which its statistic is counted again."""

    evaluation_path: ClassVar[str] = "evidence__claim__candidate__evaluation"
    vendor_path: ClassVar[str] = "evidence__claim__candidate__vendor"
    committed: ClassVar = {
        1: ("evidence", "measure", "results", "n", "value", "proposed", "reason")
    }
    committed[2] = (
        *(*committed[1], "pool", "declared", "failed", "left_out"),
        *("results_out", "files", "moves", "others"),
    )
    only_grows: ClassVar[bool] = True

    evidence = OneToOneField(Evidence, PROTECT, related_name="measurement")
    # That of the criterion then; {}: tests that passed or failed.
    measure = models.JSONField(default=dict, blank=True)
    # By file, in the order of `files`, then of time, in the measure's unit; of a test
    # “passed” or “failed”. Without a pool, all runs in the order of time.
    results = models.JSONField(default=list)
    n = models.PositiveIntegerField()
    # The statistic, as exact text, or “failed”; blank for tests.
    value = models.CharField(max_length=100, blank=True)
    proposed = models.CharField(max_length=9, choices=EvidenceVerdict.choices)
    # Why the verdict is another than the one proposed, or rests on one file or on what
    # was left out.
    reason = models.TextField(blank=True)
    # Where the runs came from; {} in rows of before there were pools.
    pool = models.JSONField(default=dict, db_default={}, blank=True)
    # What the contract said then, since which day, and how many runs were in by then.
    declared = models.JSONField(default=dict, db_default={}, blank=True)
    failed = models.PositiveIntegerField(default=0, db_default=0)
    # How many of how many, by whom and why, and what all runs would have come to.
    left_out = models.JSONField(default=dict, db_default={}, blank=True)
    results_out = models.JSONField(default=list, db_default=[], blank=True)
    # Those that count, the largest first: id, how many runs, SHA-256.
    files = models.JSONField(default=list, db_default=[], blank=True)
    moves = models.JSONField(default=list, db_default=[], blank=True)
    # The other pools, with what each would have carried.
    others = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        ordering = ("evidence",)
        constraints = [known("proposed", EvidenceVerdict, "measurement_proposed_known")]


class RunToken(VendorRecord):
    """A bearer token that posts runs of one trial; only its SHA-256 is kept."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = ForeignKey(Trial, PROTECT, related_name="run_tokens")
    label = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16, help_text="For people to tell it by.")
    digest = models.CharField(max_length=64, unique=True)
    # Of the contract; another version needs another token.
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    # It ends when they no longer run the trial.
    made_by = ForeignKey(User, PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When it stood in an address.
    leaked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"Run token {self.prefix}"


class RunReport(CommittedRecord, VendorRecord):
    """One file that a run token posted, as it came; its runs are rows of their own."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"
    uncommitted: ClassVar = {"stored_as": "Its SHA-256 counts, wherever it is kept."}

    trial = ForeignKey(Trial, PROTECT, related_name="run_reports")
    # Null where the report came with an imported evaluation; tokens do not travel.
    token = ForeignKey(RunToken, PROTECT, related_name="reports", null=True, blank=True)
    # What its sender calls it; sent again, it is the same.
    key = models.CharField(max_length=200)
    format = models.CharField(max_length=20, choices=ReportFormat.choices)
    commit = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=2000, blank=True)
    environment = models.TextField(blank=True)
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=100, unique=True)
    # Test cases of the file that name no criterion, or were skipped.
    ignored = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    # Over its runs, too many for a commitment each. Blank: of before.
    runs_sha256 = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        ordering = ("-received_at",)
        constraints = [
            UniqueConstraint(fields=("trial", "key"), name="run_report_key_once"),
            known("format", ReportFormat, "run_report_format_known"),
        ]

    def digest_of_runs(self) -> str:
        """That of the runs as they are saved, in the order of their ids."""
        rows = Run.objects.filter(report=self).order_by("pk")
        return digest_of_runs(rows.values_list(*RUN_COLUMNS).iterator())

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        for report in cls.objects.in_evaluation(evaluation).exclude(runs_sha256=""):
            if report.runs_sha256 != report.digest_of_runs():
                yield report.pk, "its runs"


RUN_COLUMNS = ("criterion", "unit", "failed", "number", "measured_at")


def digest_of_runs(runs: Iterable[tuple[Any, ...]]) -> str:
    """SHA-256 over the columns of runs."""
    fields = [Run._meta.get_field(name) for name in RUN_COLUMNS]
    kinds = [getattr(field, "target_field", field) for field in fields]
    # Of what most runs have in common.
    common: Any = cache(canonical)
    ways = (common, common, common, canonical, canonical)
    digest = sha256()
    for run in runs:
        texts = [
            way(kind, value) for way, kind, value in zip(ways, kinds, run, strict=True)
        ]
        digest.update("".join(f"{len(text)}\n{text}\n" for text in texts).encode())
    return digest.hexdigest()


class RunQuerySet(VendorScopedQuerySet["Run"]):
    def counting(self) -> Self:
        return self.exclude(is_left_out())


def is_left_out() -> Q:
    """Which runs do not count; both lists are read once for all of them."""
    standing = LeftOut.objects.filter(taken_back_at__isnull=True)
    runs = standing.filter(run__isnull=False).values("run")
    reports = standing.filter(run__isnull=True).values("report")
    return Q(pk__in=runs) | Q(report__in=reports)


class Run(VendorRecord):
    """One measured execution for a criterion: a number, or a test that passed or
    failed."""

    evaluation_path: ClassVar[str] = "criterion__trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "criterion__trial__candidate__vendor"

    report = ForeignKey(RunReport, PROTECT, related_name="runs")
    # The index below begins with it.
    criterion = ForeignKey(Criterion, PROTECT, related_name="runs", db_index=False)
    number = models.DecimalField(
        max_digits=40, decimal_places=20, null=True, blank=True
    )
    unit = models.CharField(max_length=40, blank=True)
    # Of a test; a number that no test gave has none.
    failed = models.BooleanField(null=True, blank=True)
    # By the program's clock; the report has the server's.
    measured_at = models.DateTimeField()

    objects: ClassVar = RunQuerySet.as_manager()

    class Meta:
        ordering = ("measured_at", "id")
        indexes = [
            # Counts and pictures are read by criterion, in order of time.
            Index(fields=("criterion", "measured_at", "id"), name="run_by_criterion")
        ]
        constraints = [
            CheckConstraint(
                condition=Q(number__isnull=False) | Q(failed__isnull=False),
                name="run_says_something",
            ),
            CheckConstraint(
                condition=Q(number__isnull=True, unit="")
                | Q(number__isnull=False) & ~Q(unit=""),
                name="run_number_has_a_unit",
            ),
        ]

    @property
    def words(self) -> str:
        if self.number is not None:
            return f"{written(self.number)} {self.unit}"
        if self.failed:
            return "failed"
        return "passed"


class LeftOut(CommittedRecord, VendorRecord):
    """A run, or a whole report, that a person let count no more, until taken back."""

    evaluation_path: ClassVar[str] = "report__trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "report__trial__candidate__vendor"

    report = ForeignKey(RunReport, PROTECT, related_name="left_out")
    # Null: all of its runs.
    run = ForeignKey(Run, PROTECT, related_name="left_out", null=True, blank=True)
    reason = models.TextField()
    left_out_by = ForeignKey(User, PROTECT, related_name="+")
    left_out_at = models.DateTimeField(default=timezone.now)
    taken_back_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("left_out_at",)
        verbose_name_plural = "left out"
        constraints = [
            UniqueConstraint(
                fields=("run",),
                condition=Q(taken_back_at__isnull=True),
                name="run_left_out_once",
            ),
            UniqueConstraint(
                fields=("report",),
                condition=Q(taken_back_at__isnull=True, run__isnull=True),
                name="report_left_out_once",
            ),
            CheckConstraint(condition=~Q(reason=""), name="left_out_with_a_reason"),
            CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="left_out_taken_back_by_somebody",
            ),
        ]
