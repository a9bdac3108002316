"""Vendors, their people, the options of an evaluation, and interests in them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    Exists,
    ForeignKey,
    Index,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.enumerations import Availability
from evaltracker.evaluations.choices import SupportWanted, known
from evaltracker.evaluations.models import (
    CommittedRecord,
    Evaluation,
    Record,
    Requirement,
    ScopedQuerySet,
    SealedRecord,
    User,
    evaluation_scope,
)
from evaltracker.money import inexact, padded
from evaltracker.toolbox.languages import TAG_LENGTH
from vendors.choices import AVAILABILITY_CHOICES, CandidateKind, CandidateState
from vendors.claims import named_words

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    Decimals = models.DecimalField[Any, Any]
else:
    Decimals = models.DecimalField


def check_exact(value: Decimal) -> None:
    """Refuse an amount that one of the databases would round."""
    problem = inexact(value)
    if problem:
        raise ValidationError(problem)


class AmountField(Decimals):
    """An amount with all its decimals, and at least four: 5.0000, 0.00042.

    What was committed to over four decimals reads as it did, and PostgreSQL keeps no
    zeros that nobody wrote, so a process of the version before reads the same text.
    """

    least_places = 4

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"max_digits": 22, "decimal_places": 10}
        usual |= {"validators": [check_exact], **kwargs}
        super().__init__(*args, **usual)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """A number without a fixed scale, where the database has one."""
        is_postgres = connection.vendor == "postgresql"
        if is_postgres:
            return "numeric"
        return super().db_type(connection)

    def from_db_value(
        self, value: Decimal | None, expression: object, connection: object
    ) -> Decimal | None:
        """Without the zeros that a database adds."""
        if value is None:
            return None
        return padded(value)


M = TypeVar("M", bound=models.Model)


class VendorRecord(Record):
    """A row that belongs to one vendor through `vendor_path`, most by a candidate."""

    evaluation_path: ClassVar[str] = "candidate__evaluation"
    vendor_path: ClassVar[str] = "candidate__vendor"

    class Meta:
        abstract = True


class VendorScopedQuerySet(ScopedQuerySet[M]):
    def for_vendor(self, vendor: Vendor) -> Self:
        """Only this vendor's rows; every vendor-facing read starts here."""
        return self.filter(**{self.model.vendor_path: vendor})  # type: ignore[attr-defined]


_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?")
TIER = ("above", "low", "likely", "high")
QUOTE_LINE = (
    *("kind", "label", "state", "low", "likely", "high", "quantity", "unit"),
    *("pricing", "tiers", "recurrence", "note"),
)
# Lines of before do not say what their kind was called then.
CALLED = "called"


def check_tiers(value: object) -> None:
    """Refuse anything but tiers with four plain numbers as text each."""
    for row in _dicts(value, TIER):
        if not all(_is_number(row[name]) for name in TIER):
            raise ValidationError("The numbers of a tier are written as plain text.")


def check_payments(value: object) -> None:
    """Refuse anything but shares as text, each with the words when it is paid."""
    for row in _dicts(value, ("share", "when")):
        if not (_is_number(row["share"]) and isinstance(row["when"], str)):
            raise ValidationError("A payment is a share as text, and when it is paid.")


def check_quote_lines(value: object) -> None:
    """Refuse anything but lines of a quote with numbers as text and their tiers."""
    for row in _dicts(value, QUOTE_LINE, CALLED):
        amounts = [row[name] for name in ("low", "likely", "high")]
        if not _is_number(row["quantity"]) or not all(
            amount is None or _is_number(amount) for amount in amounts
        ):
            raise ValidationError("The numbers of a line are written as plain text.")
        check_tiers(row["tiers"])


def _dicts(
    value: object, names: tuple[str, ...], *optional: str
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = value if isinstance(value, list) else [{}]
    if not all(
        isinstance(row, dict) and row.keys() - {*optional} == {*names} for row in rows
    ):
        raise ValidationError(f"It is a list of objects with {', '.join(names)}.")
    return rows


def _is_number(text: object) -> bool:
    return isinstance(text, str) and _NUMBER.fullmatch(text) is not None


class VendorQuerySet(models.QuerySet["Vendor"]):
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
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=150, unique=True)
    aliases = models.JSONField(
        default=list, blank=True, help_text="Other names it is or was known by."
    )
    website = models.URLField(blank=True)

    objects: ClassVar = VendorQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> Self:
        """All for operators and whoever runs an evaluation, for others none.

        A stakeholder sees the company, and of its people at most the name.
        """
        if user.is_active and user.is_superuser:
            return self
        runs = user.is_active and Evaluation.objects.filter(owner=user).exists()
        if runs:
            return self.all()
        return self.none()

    def current(self) -> Self:
        return self.filter(removed_at__isnull=True)


class Contact(Record):
    vendor = ForeignKey(Vendor, PROTECT, related_name="contacts")
    name = models.CharField(max_length=150)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # In which they read pages and mails, such as “de-ch”; blank: the evaluation's.
    language = models.CharField(
        max_length=TAG_LENGTH, default="", db_default="", blank=True, editable=False
    )
    # When a colleague said that they are none of theirs; until one asks for them.
    disowned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        indexes = [Index(fields=("name", "-id"), name="contact_in_lists")]
        constraints = [
            UniqueConstraint(fields=("vendor", "email"), name="contact_once_per_vendor")
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(CommittedRecord, VendorRecord):
    """An option in one evaluation; for its vendor, an invitation."""

    evaluation_path: ClassVar[str] = "evaluation"
    vendor_path: ClassVar[str] = "vendor"
    uncommitted: ClassVar = dict.fromkeys(
        ("first_seen_at", "quote_entered"), "Entries tell it; nothing rests on it."
    )

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="candidates")
    name = models.CharField(max_length=150)
    aliases = models.JSONField(default=list, blank=True)
    kind = models.CharField(
        max_length=11, choices=CandidateKind.choices, default=CandidateKind.BUY
    )
    vendor = ForeignKey(
        Vendor,
        PROTECT,
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
        indexes = [Index(fields=("name", "-id"), name="candidate_in_lists")]
        constraints = [
            UniqueConstraint(fields=("evaluation", "name"), name="candidate_name_once"),
            known("state", CandidateState, "candidate_state_known"),
            known("kind", CandidateKind, "candidate_kind_known"),
            CheckConstraint(
                condition=~Q(state=CandidateState.ELIMINATED) | ~Q(state_reason=""),
                name="candidate_eliminated_with_a_reason",
            ),
            CheckConstraint(
                condition=Q(invited_at__isnull=True) | Q(vendor__isnull=False),
                name="candidate_invited_has_a_vendor",
            ),
            UniqueConstraint(
                fields=("evaluation",),
                condition=Q(state=CandidateState.CHOSEN),
                name="candidate_one_chosen",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def support_stated(self) -> Any:
        """What its vendor stated last of support; None: nothing."""
        return next(reversed(self.support_statements.all()), None)


class RulingQuerySet(VendorScopedQuerySet["Ruling"]):
    def whole(self) -> Self:
        """Those that take the whole requirement out."""
        return self.filter(named_values={})


class Ruling(CommittedRecord, VendorRecord):
    """The owner's ruling that a requirement does not apply to a candidate.

    It names values of the brief's lists, {list: [values]}, or rules the whole out.
    """

    candidate = ForeignKey(Candidate, PROTECT, related_name="rulings")
    requirement = ForeignKey(Requirement, PROTECT, related_name="rulings")
    reason = models.TextField()
    named_values = models.JSONField(default=dict, db_default={}, blank=True)
    ruled_by = ForeignKey(User, PROTECT, related_name="+")

    objects: ClassVar = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=("candidate", "requirement"), name="ruling_once"),
            CheckConstraint(condition=~Q(reason=""), name="ruling_has_a_reason"),
        ]

    def __str__(self) -> str:
        return "Not applicable"

    @property
    def values_named(self) -> str:
        return named_words(self.named_values)


class ConflictQuerySet(ScopedQuerySet["Conflict"]):
    def standing(self) -> Self:
        """The newest declaration of each person about each candidate."""
        return self.filter(replaced_at__isnull=True)

    def barring(self) -> Self:
        return self.standing().filter(has_interest=True, cleared_by__isnull=True)

    def of(self, user: User) -> Self:
        return self.filter(person=user)


class Conflict(SealedRecord, VendorRecord):
    """A person's declaration about one candidate: an interest, or none.

    A newer declaration replaces the one before, which stays as it was: how an
    interest was cleared is still told when the same person declares another.
    """

    since: ClassVar[int] = 1

    candidate = ForeignKey(Candidate, PROTECT, related_name="conflicts")
    person = ForeignKey(User, PROTECT, related_name="+")
    has_interest = models.BooleanField()
    statement = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    cleared_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_reason = models.TextField(blank=True)

    objects: ClassVar = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("candidate", "person"),
                condition=Q(replaced_at__isnull=True),
                name="conflict_one_stands",
            ),
            CheckConstraint(
                condition=Q(has_interest=False) | ~Q(statement=""),
                name="conflict_interest_is_told",
            ),
            CheckConstraint(
                condition=Q(cleared_by__isnull=True) | ~Q(cleared_reason=""),
                name="conflict_cleared_with_a_reason",
            ),
        ]


# A withdrawal is nothing that a file says; unstated keeps the word as text.
MEANINGS = tuple(text for text in Availability if text != Availability.WITHDRAWN)


class StatusWord(Record):
    """A status word that the buyers explained, so that it is not asked again."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="status_words")
    word = models.CharField(max_length=60, help_text="Without case, marks, hyphens.")
    availability = models.CharField(max_length=10, choices=AVAILABILITY_CHOICES)
    available_from = models.DateField(null=True, blank=True)
    set_by = ForeignKey(User, PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("word",)
        constraints = [
            UniqueConstraint(fields=("evaluation", "word"), name="status_word_once"),
            CheckConstraint(
                condition=Q(availability__in=MEANINGS), name="status_word_means_one"
            ),
            CheckConstraint(
                condition=Q(available_from__isnull=True)
                | Q(availability=Availability.PLANNED),
                name="status_word_dated_if_planned",
            ),
        ]

    def __str__(self) -> str:
        return self.word
