"""Keys to the vendor API, calls that were refused, and answers that are repeated."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.models import Record, User
from vendors.choices import RefusalReason
from vendors.models.candidates import Vendor


class VendorTokenQuerySet(models.QuerySet["VendorToken"]):
    """Tokens, seen by who sees the vendor."""

    def visible_to(self, user: User) -> Self:
        """Tokens of visible vendors."""
        return self.filter(vendor__in=Vendor.objects.visible_to(user))


class VendorToken(Record):
    """A bearer token of a vendor; only its SHA-256 is kept."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16, help_text="For people to tell it by.")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When it stood in an address, and when those whose it is were owed a mail of it.
    leaked_at = models.DateTimeField(null=True, blank=True, editable=False)
    leak_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_on = models.DateField(null=True, blank=True)

    objects: ClassVar = VendorTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at",)
        indexes = [
            models.Index(fields=("issued_at", "id"), name="vendor_token_in_lists"),
            models.Index(
                fields=("leaked_at",),
                condition=Q(leaked_at__isnull=False, leak_told_at__isnull=True),
                name="vendortoken_leak_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"Token {self.prefix}"


class RefusedCall(Record):
    """A call that was turned away at the door, told by what its token began with.

    It is nobody's row: whoever called was not recognised. Its id is made of the rest,
    so that the same again within a minute is the same row.
    """

    prefix = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=9, choices=RefusalReason.choices)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[RefusedCall]] = models.Manager()

    class Meta:
        ordering = ("-at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(why__in=RefusalReason.values),
                name="refused_call_reason_known",
            )
        ]
        indexes = [
            models.Index(fields=("prefix", "at"), name="refused_call_by_prefix"),
            models.Index(fields=("at",), name="refused_call_by_age"),
        ]

    def __str__(self) -> str:
        return f"Refused call {self.prefix}"


class IdempotencyRecord(Record):
    """The first answer to a keyed call, replayed to its repeats for 7 days."""

    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, related_name="idempotency_records"
    )
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=300, help_text="Method and path.")
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[IdempotencyRecord]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("vendor", "route", "key"), name="idempotency_key_once"
            )
        ]
        indexes = [models.Index(fields=("created_at",), name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"Answer {self.status}"
