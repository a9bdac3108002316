"""How vendors get in: links, codes, sessions, tokens; and sheets that came by mail."""

from __future__ import annotations

import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    Index,
    Q,
    UniqueConstraint,
)
from django.db.models.functions import Now
from django.utils import timezone

from evaltracker.evaluations.choices import known
from evaltracker.evaluations.models import AttachedFile, PersonalToken, Record, User
from vendors.choices import LinkEnding, RefusalReason
from vendors.models.candidates import (
    Candidate,
    Contact,
    Vendor,
    VendorRecord,
    VendorScopedQuerySet,
)
from vendors.models.claims import Submission


class MailedSheet(VendorRecord):
    """A filled sheet that an owner once entered as its vendor's own words.

    Nothing makes one any more; those of before stand in memos and receipts.
    """

    candidate = ForeignKey(Candidate, PROTECT, related_name="mailed_sheets")
    file = ForeignKey(AttachedFile, PROTECT, related_name="+")
    # Of the file, which may be removed.
    sha256 = models.CharField(max_length=64)
    # When the mail came: what the vendor said itself later stands.
    arrived_at = models.DateTimeField()
    uploaded_at = models.DateTimeField()
    uploaded_by = ForeignKey(User, PROTECT, related_name="+")
    # The instant of the answers that it made, and their receipt.
    entered_at = models.DateTimeField(null=True, blank=True)
    submission = ForeignKey(
        Submission, PROTECT, related_name="mailed_sheets", null=True, blank=True
    )
    # By the vendor, in its pages.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=320, blank=True)

    objects: ClassVar = VendorScopedQuerySet["MailedSheet"].as_manager()

    class Meta:
        ordering = ("uploaded_at",)
        constraints = [
            CheckConstraint(
                condition=Q(entered_at__isnull=True, submission__isnull=True)
                | Q(entered_at__isnull=False, submission__isnull=False),
                name="mailed_sheet_entered_has_a_receipt",
            ),
            CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(entered_at__isnull=False),
                name="mailed_sheet_confirmed_was_entered",
            ),
        ]


class InvitationLink(VendorRecord):
    """One contact's way to one invitation; only the SHA-256 of its secret is kept.

    It opens nothing: it shows who asks, and sends a code to the contact's own mail. A
    turned one has a successor, and sends codes to known browsers alone; an ended one is
    not there any more.
    """

    vendor_path: ClassVar[str] = "vendor"

    candidate = ForeignKey(Candidate, PROTECT, related_name="links")
    contact = ForeignKey(Contact, PROTECT, related_name="links")
    # Said here too: it is read before anything else of the vendor can be.
    vendor = ForeignKey(Vendor, PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    # Of the contact when it was made, in small letters; another address is another
    # person.
    address = models.EmailField(default="", db_default="", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    last_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # By the process of vendors, which makes no link: the house turns it.
    turn_marked_at = models.DateTimeField(null=True, blank=True, editable=False)
    turned_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    why = models.CharField(
        max_length=8,
        choices=LinkEnding.choices,
        default="",
        db_default="",
        blank=True,
        editable=False,
    )
    # Drafts begun later are shown; blank: than its making.
    drafts_from = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = VendorScopedQuerySet["InvitationLink"].as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("candidate", "contact"),
                condition=Q(turned_at__isnull=True, ended_at__isnull=True),
                name="invitation_link_one_live",
            ),
            CheckConstraint(
                condition=Q(turned_at__isnull=True, ended_at__isnull=True, why="")
                | ~Q(Q(turned_at__isnull=True, ended_at__isnull=True) | Q(why="")),
                name="invitation_link_over_says_why",
            ),
        ]
        indexes = [
            Index(
                fields=("turn_marked_at",),
                condition=Q(turn_marked_at__isnull=False, turned_at__isnull=True),
                name="invitation_link_to_turn",
            )
        ]

    def __str__(self) -> str:
        return f"Link of {self.contact}"

    @property
    def is_replaced(self) -> bool:
        return bool(self.turn_marked_at or self.turned_at)


class SignInCode(VendorRecord):
    """That a code was asked for, and by which browser; the code is kept nowhere.

    It is made from the row's id, which is also that of the notice that carries it.
    """

    evaluation_path: ClassVar[str] = "link__candidate__evaluation"
    vendor_path: ClassVar[str] = "link__vendor"

    link = ForeignKey(InvitationLink, PROTECT, related_name="codes")
    browser_digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    # Asked again while it lives: the same code in another mail.
    last_asked_at = models.DateTimeField(default=timezone.now, db_default=Now())
    mails = models.PositiveSmallIntegerField(default=1, db_default=1)
    # The browser that had been let in before; blank: one that nobody knows.
    known_digest = models.CharField(
        max_length=64, default="", db_default="", blank=True
    )
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    # Blank: the mail server did not take it at once, so a sweep sends it.
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["SignInCode"].as_manager()

    class Meta:
        ordering = ("-asked_at",)
        constraints = [
            CheckConstraint(
                condition=Q(wrong_tries__lte=5), name="sign_in_code_five_tries"
            )
        ]
        indexes = [Index(fields=("asked_at",), name="sign_in_code_by_age")]

    def __str__(self) -> str:
        return f"Code of {self.asked_at:%Y-%m-%d %H:%M}"


class VendorSession(VendorRecord):
    evaluation_path: ClassVar[str] = "link__candidate__evaluation"
    vendor_path: ClassVar[str] = "vendor"

    link = ForeignKey(InvitationLink, PROTECT, related_name="sessions")
    # As of a link.
    vendor = ForeignKey(Vendor, PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    last_visit_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VendorScopedQuerySet["VendorSession"].as_manager()

    class Meta:
        ordering = ("-started_at",)
        constraints = [
            CheckConstraint(
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
        if self.ended_at:
            return self.ended_at.date()
        return None


class VendorTokenQuerySet(models.QuerySet["VendorToken"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(vendor__in=Vendor.objects.visible_to(user))


class VendorToken(Record):
    """A bearer token of a vendor; only its SHA-256 is kept."""

    vendor = ForeignKey(Vendor, PROTECT, related_name="tokens")
    label = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16, help_text="For people to tell it by.")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    # Whose own it is: it reads what they may read; blank, the buyer issued it.
    contact = ForeignKey(Contact, PROTECT, related_name="tokens", null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When it stood in an address, and when those whose it is were owed a mail of it.
    leaked_at = models.DateTimeField(null=True, blank=True, editable=False)
    leak_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_on = models.DateField(null=True, blank=True)

    objects: ClassVar = VendorTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-issued_at",)
        indexes = [
            Index(fields=("issued_at", "id"), name="vendor_token_in_lists"),
            Index(
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

    objects: ClassVar[models.Manager[RefusedCall]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-at",)
        constraints = [known("why", RefusalReason, "refused_call_reason_known")]
        indexes = [
            Index(fields=("prefix", "at"), name="refused_call_by_prefix"),
            Index(fields=("at",), name="refused_call_by_age"),
        ]

    def __str__(self) -> str:
        return f"Refused call {self.prefix}"


class IdempotencyRecord(Record):
    """The first answer to a keyed call, replayed to its repeats for 7 days."""

    # Who called: a vendor, or a person's program by its token.
    vendor = ForeignKey(
        Vendor, PROTECT, related_name="idempotency_records", null=True, blank=True
    )
    token = ForeignKey(
        PersonalToken, PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=300, help_text="Method and path.")
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[IdempotencyRecord]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("vendor", "route", "key"), name="idempotency_key_once"
            ),
            UniqueConstraint(
                fields=("token", "route", "key"), name="idempotency_token_key_once"
            ),
            CheckConstraint(
                condition=Q(vendor=None) ^ Q(token=None), name="idempotency_one_caller"
            ),
        ]
        indexes = [Index(fields=("created_at",), name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"Answer {self.status}"
