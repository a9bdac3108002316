"""What people declare about their own interests in candidates."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaltracker.evaluations.models import ScopedQuerySet, User
from vendors.models.base import VendorRecord
from vendors.models.candidates import Candidate


class ConflictQuerySet(ScopedQuerySet["Conflict"]):
    """Declarations, those that stand and those that were replaced."""

    def standing(self) -> Self:
        """The newest declaration of each person about each candidate."""
        return self.filter(replaced_at__isnull=True)

    def barring(self) -> Self:
        """Declared interests that the owner has not cleared."""
        return self.standing().filter(has_interest=True, cleared_by__isnull=True)

    def of(self, user: User) -> Self:
        return self.filter(person=user)


class Conflict(VendorRecord):
    """A person's declaration about one candidate: an interest, or none.

    A newer declaration replaces the one before, which stays as it was: how an
    interest was cleared is still told when the same person declares another.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="conflicts"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    has_interest = models.BooleanField()
    statement = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_reason = models.TextField(blank=True)

    objects: ClassVar = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "person"),
                condition=Q(replaced_at__isnull=True),
                name="conflict_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(has_interest=False) | ~Q(statement=""),
                name="conflict_interest_is_told",
            ),
            models.CheckConstraint(
                condition=Q(cleared_by__isnull=True) | ~Q(cleared_reason=""),
                name="conflict_cleared_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Declaration {str(self.pk)[:8]}"
