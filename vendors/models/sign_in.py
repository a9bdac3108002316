"""How a vendor's contact gets into the vendor pages: link, code, session."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.candidates import Candidate, Contact, Vendor


class InvitationLink(VendorRecord):
    """One contact's way to one invitation; only the SHA-256 of its secret is kept.

    It opens nothing: it shows who asks, and sends a code to the contact's own mail.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    vendor_path: ClassVar[str] = "vendor"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="links"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    # Said here too: it is read before anything else of the vendor can be.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    last_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = VendorScopedQuerySet["InvitationLink"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "contact"), name="invitation_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"Link of {self.contact}"


class SignInCode(VendorRecord):
    """That a code was asked for, and by which browser; the code is kept nowhere.

    It is made from the row's id, which is also that of the notice that carries it.
    """

    evaluation_path: ClassVar[str] = "link__candidate__evaluation"
    vendor_path: ClassVar[str] = "link__vendor"

    link = models.ForeignKey(
        InvitationLink, on_delete=models.PROTECT, related_name="codes"
    )
    browser_digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    # Blank: the mail server did not take it at once, so a sweep sends it.
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["SignInCode"].as_manager()

    class Meta:
        ordering = ("-asked_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(wrong_tries__lte=5), name="sign_in_code_five_tries"
            )
        ]
        indexes = [
            models.Index(fields=("asked_at",), name="sign_in_code_by_age"),
        ]

    def __str__(self) -> str:
        return f"Code of {self.asked_at:%Y-%m-%d %H:%M}"


class VendorSession(VendorRecord):
    """A contact who is in the vendor pages of one invitation."""

    evaluation_path: ClassVar[str] = "link__candidate__evaluation"
    vendor_path: ClassVar[str] = "vendor"

    link = models.ForeignKey(
        InvitationLink, on_delete=models.PROTECT, related_name="sessions"
    )
    # As of a link.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    last_visit_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["VendorSession"].as_manager()

    class Meta:
        ordering = ("-started_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(ended_at__gte=models.F("started_at")),
                name="vendor_session_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"Session of {self.link.contact}"

    @property
    def started_on(self) -> datetime.date:
        """The day, which is all that the owner is told of a visit."""
        return self.started_at.date()

    @property
    def ended_on(self) -> datetime.date | None:
        """Likewise; none while it is live."""
        return self.ended_at.date() if self.ended_at else None
