"""That a vendor wants a colleague let in."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import User
from vendors.choices import ProposalState
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate, Contact


class ContactRequestQuerySet(VendorScopedQuerySet["ContactRequest"]):
    """Requests with addresses of people outside."""

    def visible_to(self, user: User | Any) -> "ContactRequestQuerySet":
        """Those of evaluations that `user` owns: who writes to these people."""
        return self.filter(candidate__evaluation__owner=user)


class ContactRequest(VendorRecord):
    """A contact asks for a colleague to get a link of their own."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="contact_requests"
    )
    asked_by = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    email = models.EmailField()
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=8, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    state_reason = models.TextField(blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ContactRequestQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "email"),
                condition=Q(state=ProposalState.OPEN),
                name="contact_request_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.DECLINED) | ~Q(state_reason=""),
                name="contact_request_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Request for {self.name}"
