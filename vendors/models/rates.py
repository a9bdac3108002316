"""What a currency is worth in an evaluation, at a date."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet


class ExchangeRate(Record):
    """The rate that every price in a currency is counted with, unless it has its own.

    It is public knowledge and no price, so it is not sealed.
    """

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="exchange_rates"
    )
    currency = models.CharField(max_length=3)
    # What `rate` counts in; it says nothing once the evaluation's currency is another.
    base = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=14,
        decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    rated_on = models.DateField()
    source = models.CharField(max_length=200)

    objects: ClassVar = ScopedQuerySet["ExchangeRate"].as_manager()

    class Meta:
        ordering = ("currency",)
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "currency"), name="exchange_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="exchange_rate_above_zero"
            ),
            models.CheckConstraint(
                condition=~Q(currency=models.F("base")),
                name="exchange_rate_of_another_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} in {self.base}"
