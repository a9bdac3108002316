"""One priced, included, excluded or unsaid kind of cost."""

from decimal import Decimal
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from evaltracker.evaluations.models import CommittedRecord, User
from vendors.choices import CostState, PriceSource, Pricing, Recurrence
from vendors.models.amounts import AmountField, check_exact
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate
from vendors.models.kept import check_tiers

SINCE_0_1 = (
    *("candidate", "kind", "label", "state", "low", "likely", "high"),
    *("quantity", "unit", "pricing", "tiers", "recurrence", "currency"),
    *("rate", "source_text", "source_url", "quoted_on", "note"),
)


class CostLineQuerySet(VendorScopedQuerySet["CostLine"]):
    """Cost lines; prices stay sealed until two people open them."""

    def visible_to(self, user: User) -> Self:
        """One's own evaluations' lines, and the others' once prices are open.

        An operator is bound too: being a superuser opens no price.
        """
        if not user.is_active:
            return self.none()
        opened = Q(candidate__evaluation__prices_opened_at__isnull=False)
        return (
            super()
            .visible_to(user)
            .filter(Q(candidate__evaluation__owner=user) | opened)
        )


class CostLine(CommittedRecord, VendorRecord):
    """What one kind of cost comes to for a candidate; prices are sealed data."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    committed: ClassVar = {1: SINCE_0_1, 2: (*SINCE_0_1, "said_by")}

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="cost_lines"
    )
    # One of vendors.costs.CostKind; the pure list is the source of the words.
    kind = models.CharField(max_length=30)
    label = models.CharField(
        max_length=150, blank=True, help_text="Which part, if a kind has several."
    )
    state = models.CharField(
        max_length=8, choices=CostState.choices, default=CostState.UNSAID
    )
    low = AmountField(
        max_digits=22,
        decimal_places=10,
        null=True,
        blank=True,
        validators=[check_exact],
    )
    likely = AmountField(
        max_digits=22,
        decimal_places=10,
        null=True,
        blank=True,
        validators=[check_exact],
    )
    high = AmountField(
        max_digits=22,
        decimal_places=10,
        null=True,
        blank=True,
        validators=[check_exact],
    )
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(1))
    unit = models.CharField(max_length=60, blank=True, help_text="User, hour, node …")
    pricing = models.CharField(
        max_length=9, choices=Pricing.choices, default=Pricing.PER_UNIT
    )
    # Tiers after the first, as vendors.costs.Tier by field; amounts are text.
    tiers = models.JSONField(default=list, blank=True, validators=[check_tiers])
    recurrence = models.CharField(
        max_length=7, choices=Recurrence.choices, default=Recurrence.ONCE
    )
    currency = models.CharField(max_length=3, default="USD")
    rate = models.DecimalField(
        max_digits=14,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=(
            "Units of the evaluation's currency for one unit of this one. Blank takes "
            "the evaluation's rate; without one the price counts as unsaid."
        ),
    )
    source_text = models.CharField(
        max_length=300, blank=True, help_text="The price as it was written."
    )
    source_url = models.URLField(max_length=2000, blank=True)
    quoted_on = models.DateField(null=True, blank=True)
    said_by = models.CharField(
        max_length=6,
        choices=PriceSource.choices,
        blank=True,
        db_default="",
        default="",
    )
    note = models.TextField(blank=True)

    objects: ClassVar = CostLineQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "label")
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "kind", "label"), name="cost_line_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state=CostState.PRICED,
                        low__isnull=False,
                        likely__isnull=False,
                        high__isnull=False,
                    )
                    | (
                        ~Q(state=CostState.PRICED)
                        & Q(low__isnull=True, likely__isnull=True, high__isnull=True)
                    )
                ),
                name="cost_line_priced_has_a_price",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True)
                | (
                    # All of a credit is below nothing.
                    (Q(low__gte=0) | Q(high__lte=0))
                    & Q(likely__gte=F("low"))
                    & Q(high__gte=F("likely"))
                ),
                name="cost_line_low_likely_high",
            ),
        ]

    def __str__(self) -> str:
        return f"Cost line {str(self.pk)[:8]}"
