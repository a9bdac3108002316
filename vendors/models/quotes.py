"""What a vendor asks for its candidate: prices, sealed until they are opened."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from evaltracker.evaluations.models import CommittedRecord, User
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate
from vendors.models.kept import check_quote_lines


class QuoteQuerySet(VendorScopedQuerySet["Quote"]):
    """Quotes; nobody of the house reads one before prices are open."""

    def visible_to(self, user: User) -> Self:
        """Those of evaluations whose prices are open, and one's own where the owner
        enters prices. An operator is bound too."""
        if not user.is_active:
            return self.none()
        opened = Q(candidate__evaluation__prices_opened_at__isnull=False)
        own = Q(
            candidate__evaluation__owner=user,
            candidate__evaluation__owner_types_prices=True,
        )
        return super().visible_to(user).filter(own | opened)


class Quote(CommittedRecord, VendorRecord):
    """One revision of a vendor's prices; it never changes, the next one follows it.

    It is one document, so that neither how many lines it has nor which kinds it prices
    can be counted from outside.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    only_grows: ClassVar[bool] = True
    committed: ClassVar = {
        1: (
            *("candidate", "revision", "currency", "valid_until", "lines"),
            *("handed_in_at", "handed_in_by"),
        )
    }

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="quotes"
    )
    revision = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    valid_until = models.DateField()
    # As `vendors.services.quote_lines` keeps them; amounts are text. None: withdrawn.
    lines = models.JSONField(default=list, blank=True, validators=[check_quote_lines])
    handed_in_at = models.DateTimeField()
    # The contact in the vendor pages, or the token of a program.
    handed_in_by = models.CharField(max_length=300)

    objects: ClassVar = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ("candidate", "revision")
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "revision"), name="quote_revision_once"
            ),
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="quote_revision_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Quote {str(self.pk)[:8]}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether the vendor took its prices back with this revision."""
        return not self.lines
