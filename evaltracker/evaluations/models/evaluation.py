"""One purchase being decided."""

import datetime
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.choices import Stage, Status, SupportWanted
from evaltracker.evaluations.models.base import (
    Record,
    ScopedQuerySet,
    evaluation_scope,
)
from evaltracker.evaluations.models.people import User, check_zone


def default_reminder_days() -> list[int]:
    """Days before a milestone on which its owner is reminded."""
    return [7, 2, 0]


class EvaluationQuerySet(ScopedQuerySet["Evaluation"]):
    """Evaluations, seen by whom they belong to."""

    def visible_to(self, user: User) -> Self:
        """Those that `user` owns or has a part in; an operator sees all."""
        return self.filter(evaluation_scope("", user))

    def real(self) -> Self:
        """Without those in which a vendor tries a made-up list."""
        return self.filter(is_practice=False)


class Evaluation(Record):
    """One purchase being decided, with its brief."""

    evaluation_path: ClassVar[str] = ""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=150)
    buyer = models.CharField(
        max_length=150, help_text="The organisation that buys; vendors see this name."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_evaluations",
        help_text="The procurement lead. The owner cannot sign for a role.",
    )
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="readable_evaluations",
        blank=True,
        help_text="Who may see it; kept by the services that give people a part.",
    )
    stage = models.CharField(
        max_length=12, choices=Stage.choices, default=Stage.REQUIREMENTS
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # A test invitation: a vendor tries a made-up list, and nothing of it counts.
    is_practice = models.BooleanField(default=False, db_default=False, editable=False)

    # The brief.
    problem = models.TextField(
        blank=True, help_text="What must become possible that is not possible today?"
    )
    # Only purchases that ended before the brief had lists still show these two.
    infrastructure = models.JSONField(
        default=list, blank=True, help_text="Where it has to run."
    )
    languages = models.CharField(
        max_length=200, blank=True, help_text="Languages in use, e.g. R, Python, Java."
    )
    must_run_by = models.DateField(
        null=True, blank=True, help_text="The day it must be running in production."
    )
    budget = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Everything over the horizon: set-up, support, onboarding, training.",
    )
    budget_once = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What may be paid once: set-up, migration, onboarding, training.",
    )
    budget_yearly = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What may be paid in a full year: licence, support, upkeep.",
    )
    support_wanted = models.CharField(
        max_length=16, choices=SupportWanted.choices, blank=True
    )
    does_not_matter = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Questions of the brief that this purchase need not answer.",
    )
    engineers = models.PositiveIntegerField(
        null=True, blank=True, help_text="People who would work with it."
    )
    context = models.TextField(
        blank=True, help_text="Anything else that a reader of the decision must know."
    )
    source_note = models.TextField(
        blank=True, help_text="Where imported material comes from, and of what date."
    )

    # How it is counted; docs/developers/design.md, section 4.
    evidence_share = models.DecimalField(
        max_digits=3, decimal_places=2, default=Decimal("0.60")
    )
    credits = models.JSONField(
        default=dict, blank=True, help_text="Credits that differ from the default."
    )
    prior = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="How open verdicts are drawn; empty: 70, 20 and 10 %, worth 10.",
    )
    horizon_months = models.PositiveSmallIntegerField(
        default=36,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Everything is counted over so many months; 36 are usual.",
    )
    discount_rate = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=(
            "What money is worth less a year later, in per cent: lowers what is paid "
            "from the second year on. 0 counts every year alike."
        ),
    )
    scale = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="What the scores 0 to 5 mean, in the buyer's own words.",
    )
    planning_factor = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.50"),
        help_text="Estimates of engineer time are multiplied by this.",
    )
    working_days = models.PositiveSmallIntegerField(
        default=220, help_text="Days a year on which an engineer saves hours."
    )
    loaded_hourly_rate = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What an hour of an engineer costs you, with everything.",
    )
    builder_earnings = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=(
            "What one builder would earn for you a month with other work. It is lost "
            "while they build or set up a candidate."
        ),
    )
    stage_weeks = models.JSONField(
        default=dict, blank=True, help_text="Minimum weeks per stage that differ."
    )
    reminder_days = models.JSONField(default=default_reminder_days, blank=True)

    # Moments that open and close things; each is also a journal entry.
    claims_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    claims_close_at = models.DateTimeField(null=True, blank=True)
    claims_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    owner_types_prices = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether vendors' quotes are open to the owner at once.",
    )
    prices_opened_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=("created_at", "id"), name="evaluation_in_lists"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="evaluation_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="evaluation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0),
                name="evaluation_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(evidence_share__gte=0) & Q(evidence_share__lte=1),
                name="evaluation_evidence_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether work on it goes on."""
        return self.status == Status.OPEN

    def claims_are_open(self, now: datetime.datetime) -> bool:
        """Whether vendors may write claims at that instant."""
        return (
            self.is_open
            and self.stage == Stage.RESEARCH
            and self.claims_opened_at is not None
            and self.claims_closed_at is None
            and (self.claims_close_at is None or now < self.claims_close_at)
        )
