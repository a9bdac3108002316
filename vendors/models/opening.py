"""The opening of prices: asked for by one person, confirmed by another."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from evaltracker.evaluations.models import Evaluation, Record, ScopedQuerySet, User
from stakeholders.choices import Role

PERSON = settings.AUTH_USER_MODEL


class PriceOpeningQuerySet(ScopedQuerySet["PriceOpening"]):
    """Requests to open prices, those that were withdrawn too."""

    def standing(self) -> Self:
        """What was not withdrawn: one at most in an evaluation."""
        return self.filter(withdrawn_at__isnull=True)

    def awaited(self) -> Self:
        """Asked for, and neither confirmed nor withdrawn."""
        return self.standing().filter(confirmed_at__isnull=True)


class PriceOpening(Record):
    """Who asked to open the prices of an evaluation, and who confirmed it, when."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="price_openings"
    )
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    on_behalf_of = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PriceOpeningQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation",),
                condition=Q(withdrawn_at__isnull=True),
                name="price_opening_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="price_opening_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("asked_by")),
                name="price_opening_not_for_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmed_by__isnull=True, confirmed_at__isnull=True, role=""
                )
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~Q(role="")
                    & Q(withdrawn_at__isnull=True)
                ),
                name="price_opening_confirmed_as_a_role",
            ),
        ]

    def __str__(self) -> str:
        return f"Opening of prices {str(self.pk)[:8]}"

    def is_theirs(self, user: User) -> bool:
        """Whether `user` asked for it or runs the evaluation: no second person."""
        return user.pk in (self.asked_by_id, self.evaluation.owner_id)
