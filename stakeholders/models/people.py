"""Who has a say, for whom, and what each role finds important."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Record,
    ScopedQuerySet,
)
from stakeholders.choices import Role


class Stakeholder(Record):
    """A person with a role in an evaluation; two roles are two rows."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="stakeholders"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="parts"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    scores = models.BooleanField(
        default=False, help_text="Whether this person scores candidates."
    )
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedQuerySet["Stakeholder"].as_manager()

    class Meta:
        ordering = ("role", "user__last_name", "user__username")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "user", "role"), name="stakeholder_role_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="stakeholder_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Delegation(Record):
    """A dated substitution: `substitute` may act for `stakeholder`."""

    evaluation_path: ClassVar[str] = "stakeholder__evaluation"

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.PROTECT, related_name="delegations"
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="substitutions"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedQuerySet["Delegation"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"Delegation {str(self.pk)[:8]}"


class RoleWeight(Record):
    """What a category weighs for one role, said before any vendor is seen."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="role_weights"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="role_weights"
    )
    weight = models.PositiveSmallIntegerField(validators=[MaxValueValidator(10)])
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar = ScopedQuerySet["RoleWeight"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("role", "category"), name="role_weight_once"
            ),
            models.CheckConstraint(
                condition=Q(weight__lte=10), name="role_weight_to_10"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.weight}"
