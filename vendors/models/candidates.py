"""Vendors, their people, and the options of an evaluation."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q

from evaltracker.evaluations.choices import SupportWanted
from evaltracker.evaluations.models import Evaluation, Record, Requirement, User
from evaltracker.evaluations.models.base import evaluation_scope
from vendors.choices import CandidateKind, CandidateState
from vendors.models.base import VendorRecord, VendorScopedQuerySet
from vendors.models.kept import check_payments
from vendors.named_values import named_words


class VendorQuerySet(models.QuerySet["Vendor"]):
    """Vendors, scoped through the candidates that a person may see."""

    def visible_to(self, user: User) -> Self:
        """Vendors with a candidate in an evaluation of `user`, or that it owns.

        Somebody who owns an evaluation sees every vendor, so that the same company
        is not entered twice.
        """
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        theirs = Candidate.objects.filter(
            evaluation_scope("evaluation", user), vendor__isnull=False
        )
        return self.filter(
            Exists(Evaluation.objects.filter(owner=user))
            | Q(pk__in=theirs.values("vendor_id"))
        )


class Vendor(Record):
    """A company that evaluations may invite, with the names it is known by."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=150, unique=True)
    aliases = models.JSONField(
        default=list, blank=True, help_text="Other names it is or was known by."
    )
    website = models.URLField(blank=True)

    objects: ClassVar = VendorQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts, seen by who may write to them."""

    def visible_to(self, user: User) -> Self:
        """All for operators and whoever runs an evaluation, for others none.

        A stakeholder sees the company, and of its people at most the name.
        """
        if user.is_active and user.is_superuser:
            return self
        runs = user.is_active and Evaluation.objects.filter(owner=user).exists()
        return self.all() if runs else self.none()

    def current(self) -> Self:
        """Those who still answer for their vendor."""
        return self.filter(removed_at__isnull=True)


class Contact(Record):
    """A person at a vendor, who gets its mail."""

    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, related_name="contacts"
    )
    name = models.CharField(max_length=150)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ContactQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=("name", "-id"), name="contact_in_lists"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("vendor", "email"), name="contact_once_per_vendor"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(VendorRecord):
    """An option in one evaluation; for its vendor, an invitation."""

    vendor_path: ClassVar[str] = "vendor"

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="candidates"
    )
    name = models.CharField(max_length=150)
    aliases = models.JSONField(default=list, blank=True)
    kind = models.CharField(
        max_length=11, choices=CandidateKind.choices, default=CandidateKind.BUY
    )
    vendor = models.ForeignKey(
        Vendor,
        on_delete=models.PROTECT,
        related_name="candidates",
        null=True,
        blank=True,
        help_text="Whoever answers for it; nobody for build and stay-as-is.",
    )
    state = models.CharField(
        max_length=11, choices=CandidateState.choices, default=CandidateState.LONGLISTED
    )
    state_reason = models.TextField(blank=True)
    website = models.URLField(blank=True)
    summary = models.TextField(blank=True)
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The first call of its vendor's that named this invitation.
    first_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    months_to_live = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="Months from the decision to running in production.",
    )
    hours_saved = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Hours saved per engineer and day once it is live.",
    )
    builders = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="Own people who build it or set it up until it is live.",
    )
    support_offered = models.CharField(
        max_length=16,
        choices=SupportWanted.choices,
        blank=True,
        default="",
        db_default="",
        help_text="What comes with it; the brief says what is wanted.",
    )
    # Which revision of its quote stands among the costs; 0: none.
    quote_entered = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Share in per cent and when it is paid, in order; shares sum to 100 exactly.
    payments = models.JSONField(default=list, blank=True, validators=[check_payments])

    objects: ClassVar = VendorScopedQuerySet["Candidate"].as_manager()

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=("name", "-id"), name="candidate_in_lists"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "name"), name="candidate_name_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CandidateState.values),
                name="candidate_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CandidateKind.values), name="candidate_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=CandidateState.ELIMINATED) | ~Q(state_reason=""),
                name="candidate_eliminated_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(invited_at__isnull=True) | Q(vendor__isnull=False),
                name="candidate_invited_has_a_vendor",
            ),
            models.UniqueConstraint(
                fields=("evaluation",),
                condition=Q(state=CandidateState.CHOSEN),
                name="candidate_one_chosen",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RulingQuerySet(VendorScopedQuerySet["Ruling"]):
    """Rulings, of which some are for single values only."""

    def whole(self) -> Self:
        """Those that take the whole requirement out."""
        return self.filter(named_values={})


class Ruling(VendorRecord):
    """The owner's ruling that a requirement does not apply to a candidate.

    It names values of the brief's lists, {list: [values]}, or rules the whole out.
    """

    evaluation_path: ClassVar[str] = "candidate__evaluation"

    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="rulings"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="rulings"
    )
    reason = models.TextField()
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("candidate", "requirement"), name="ruling_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ruling_has_a_reason"),
        ]

    def __str__(self) -> str:
        return "Not applicable"

    @property
    def values_named(self) -> str:
        """The values of the brief's lists that it names, in words."""
        return named_words(self.named_values)
