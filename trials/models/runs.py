"""What the buyer's own benchmark reports to a trial, and by which key."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import ScopedQuerySet
from evaltracker.measures import written
from trials.choices import ReportFormat
from trials.models.trials import Criterion, Trial
from vendors.models.base import VendorRecord, VendorScopedQuerySet


class RunToken(VendorRecord):
    """A bearer token that posts runs of one trial; only its SHA-256 is kept."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = models.ForeignKey(
        Trial, on_delete=models.PROTECT, related_name="run_tokens"
    )
    label = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16, help_text="For people to tell it by.")
    digest = models.CharField(max_length=64, unique=True)
    # Of the contract; another version needs another token.
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    # It ends when they no longer run the trial.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When it stood in an address.
    leaked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedQuerySet["RunToken"].as_manager()

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"Run token {self.prefix}"


class RunReport(VendorRecord):
    """One file that a run token posted, as it came; its runs are rows of their own."""

    evaluation_path: ClassVar[str] = "trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "trial__candidate__vendor"

    trial = models.ForeignKey(
        Trial, on_delete=models.PROTECT, related_name="run_reports"
    )
    # Null where the report came with an imported evaluation; tokens do not travel.
    token = models.ForeignKey(
        RunToken,
        on_delete=models.PROTECT,
        related_name="reports",
        null=True,
        blank=True,
    )
    # What its sender calls it; sent again, it is the same.
    key = models.CharField(max_length=200)
    format = models.CharField(max_length=8, choices=ReportFormat.choices)
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

    objects: ClassVar = ScopedQuerySet["RunReport"].as_manager()

    class Meta:
        ordering = ("-received_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("trial", "key"), name="run_report_key_once"
            ),
            models.CheckConstraint(
                condition=Q(format__in=ReportFormat.values),
                name="run_report_format_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {str(self.pk)[:8]}"


class RunQuerySet(VendorScopedQuerySet["Run"]):
    """Runs; every one counts unless a person left it out."""

    def counting(self) -> Self:
        """Those that nobody left out."""
        return self.filter(left_out_at__isnull=True)


class Run(VendorRecord):
    """One measured execution for a criterion: a number, or a test that passed or
    failed."""

    evaluation_path: ClassVar[str] = "criterion__trial__candidate__evaluation"
    vendor_path: ClassVar[str] = "criterion__trial__candidate__vendor"

    report = models.ForeignKey(RunReport, on_delete=models.PROTECT, related_name="runs")
    # The index below begins with it.
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, related_name="runs", db_index=False
    )
    number = models.DecimalField(
        max_digits=40, decimal_places=20, null=True, blank=True
    )
    unit = models.CharField(max_length=40, blank=True)
    # Of a test; a number that no test gave has none.
    failed = models.BooleanField(null=True, blank=True)
    # By the program's clock; the report has the server's.
    measured_at = models.DateTimeField()
    left_out_at = models.DateTimeField(null=True, blank=True)
    left_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    left_out_reason = models.TextField(blank=True)

    objects: ClassVar = RunQuerySet.as_manager()

    class Meta:
        ordering = ("measured_at", "id")
        indexes = [
            # Counts and pictures are read by criterion, in order of time.
            models.Index(
                fields=("criterion", "measured_at", "id"), name="run_by_criterion"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(failed__isnull=False),
                name="run_says_something",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, unit="")
                | Q(number__isnull=False) & ~Q(unit=""),
                name="run_number_has_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(left_out_at__isnull=True)
                | Q(left_out_by__isnull=False) & ~Q(left_out_reason=""),
                name="run_left_out_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {str(self.pk)[:8]}"

    @property
    def words(self) -> str:
        """What it says: “12.1 ms”, or whether a test passed."""
        if self.number is not None:
            return f"{written(self.number)} {self.unit}"
        return "failed" if self.failed else "passed"
