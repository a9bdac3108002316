"""Costs, quotes, rates of exchange, and the opening of prices."""

from decimal import Decimal
from typing import ClassVar, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    F,
    ForeignKey,
    Q,
    UniqueConstraint,
)
from django.db.models.functions import Lower
from django.utils import timezone

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.evaluations.models import (
    CommittedRecord,
    Evaluation,
    ScopedQuerySet,
    SealedRecord,
    User,
)
from stakeholders.models import Role, called_here
from vendors.choices import (
    PRICING_CHOICES,
    RECURRENCE_CHOICES,
    CostState,
    CountsAs,
    KindGroup,
    PriceSource,
)
from vendors.models.candidates import (
    AmountField,
    Candidate,
    Vendor,
    VendorRecord,
    VendorScopedQuerySet,
    check_quote_lines,
    check_tiers,
)

SINCE_0_1 = (
    *("candidate", "kind", "label", "state", "low", "likely", "high"),
    *("quantity", "unit", "pricing", "tiers", "recurrence", "currency"),
    *("rate", "source_text", "source_url", "quoted_on", "note"),
)


class PriceItemQuerySet(ScopedQuerySet["PriceItem"]):
    def for_vendor(self, vendor: Vendor) -> Self:
        """Those of evaluations to which this vendor is invited."""
        invited = Candidate.objects.for_vendor(vendor).values("evaluation")
        return self.filter(evaluation__in=invited)


class PriceItem(CommittedRecord):
    """One row of an evaluation's price schedule: a kind of cost, or a part of one that
    everybody is asked for. An evaluation without any has those of IT."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="price_items")
    # It never changes: lines, commitments and frozen memos name it.
    kind = models.CharField(
        max_length=30, validators=[RegexValidator(r"\A[a-z0-9_]{1,30}\Z")]
    )
    part = models.CharField(max_length=150, blank=True)
    name = models.CharField(max_length=60, blank=True)
    group = models.CharField(
        max_length=9, choices=KindGroup.choices, default=KindGroup.ONE_OFF
    )
    due = models.CharField(
        max_length=7, choices=RECURRENCE_CHOICES, default=Recurrence.ONCE
    )
    unit = models.CharField(max_length=60, blank=True)
    quantity = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
    )
    # Kinds of candidate that are asked; all if it is empty.
    for_kinds = models.JSONField(default=list, blank=True)
    counts_as = models.CharField(max_length=7, choices=CountsAs.choices, blank=True)
    rises = models.BooleanField(default=False)
    help = models.CharField(max_length=300, blank=True)
    not_applicable = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = PriceItemQuerySet.as_manager()

    class Meta:
        ordering = ("position", "part")
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "kind", "part"), name="price_item_once"
            ),
            UniqueConstraint(
                "evaluation",
                Lower("name"),
                condition=~Q(name=""),
                name="price_item_name_once",
            ),
            UniqueConstraint(
                fields=("evaluation",),
                condition=Q(counts_as=CountsAs.RISE),
                name="price_item_one_rise",
            ),
            CheckConstraint(
                condition=Q(part="") ^ Q(name=""), name="price_item_kind_or_part"
            ),
        ]

    def __str__(self) -> str:
        return self.part or self.name


class CostLineQuerySet(VendorScopedQuerySet["CostLine"]):
    """Cost lines; prices stay sealed until two people open them."""

    def visible_to(self, user: User) -> Self:
        """One's own evaluations' lines, and the others' once prices are open.

        An operator is bound too: being a superuser opens no price.
        """
        if not user.is_active:
            return self.none()
        opened = Q(candidate__evaluation__prices_opened_at__isnull=False)
        return (
            super()
            .visible_to(user)
            .filter(Q(candidate__evaluation__owner=user) | opened)
        )


class CostLine(SealedRecord, VendorRecord):
    """What one kind of cost comes to for a candidate; prices are sealed data."""

    committed: ClassVar = {1: SINCE_0_1, 2: (*SINCE_0_1, "said_by")}

    candidate = ForeignKey(Candidate, PROTECT, related_name="cost_lines")
    # The key of a kind; see PriceItem.
    kind = models.CharField(max_length=30)
    label = models.CharField(
        max_length=150, blank=True, help_text="Which part, if a kind has several."
    )
    state = models.CharField(
        max_length=14, choices=CostState.choices, default=CostState.UNSAID
    )
    low = AmountField(null=True, blank=True)
    likely = AmountField(null=True, blank=True)
    high = AmountField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(1))
    unit = models.CharField(max_length=60, blank=True, help_text="User, hour, node …")
    pricing = models.CharField(
        max_length=9, choices=PRICING_CHOICES, default=Pricing.PER_UNIT
    )
    # Tiers after the first, as vendors.costs.Tier by field; amounts are text.
    tiers = models.JSONField(default=list, blank=True, validators=[check_tiers])
    recurrence = models.CharField(
        max_length=7, choices=RECURRENCE_CHOICES, default=Recurrence.ONCE
    )
    currency = models.CharField(max_length=3, default="USD")
    rate = models.DecimalField(
        max_digits=14,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=(
            "Units of the evaluation's currency for one unit of this one. Blank takes "
            "the evaluation's rate; without one the price counts as unsaid."
        ),
    )
    source_text = models.CharField(
        max_length=300, blank=True, help_text="The price as it was written."
    )
    source_url = models.URLField(max_length=2000, blank=True)
    quoted_on = models.DateField(null=True, blank=True)
    said_by = models.CharField(
        max_length=6, choices=PriceSource.choices, blank=True, db_default="", default=""
    )
    note = models.TextField(blank=True)

    objects: ClassVar = CostLineQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "label")
        constraints = [
            UniqueConstraint(
                fields=("candidate", "kind", "label"), name="cost_line_once"
            ),
            CheckConstraint(
                condition=(
                    Q(
                        state=CostState.PRICED,
                        low__isnull=False,
                        likely__isnull=False,
                        high__isnull=False,
                    )
                    | (
                        ~Q(state=CostState.PRICED)
                        & Q(low__isnull=True, likely__isnull=True, high__isnull=True)
                    )
                ),
                name="cost_line_priced_has_a_price",
            ),
            CheckConstraint(
                condition=Q(low__isnull=True)
                | (
                    # All of a credit is below nothing.
                    (Q(low__gte=0) | Q(high__lte=0))
                    & Q(likely__gte=F("low"))
                    & Q(high__gte=F("likely"))
                ),
                name="cost_line_low_likely_high",
            ),
        ]


class PriceOpeningQuerySet(ScopedQuerySet["PriceOpening"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def awaited(self) -> Self:
        return self.standing().filter(confirmed_at__isnull=True)


class PriceOpening(CommittedRecord):
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="price_openings")
    asked_by = ForeignKey(User, PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    on_behalf_of = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    get_role_display = called_here
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PriceOpeningQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = [
            UniqueConstraint(
                fields=("evaluation",),
                condition=Q(withdrawn_at__isnull=True),
                name="price_opening_one_stands",
            ),
            CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="price_opening_by_two_people",
            ),
            CheckConstraint(
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("asked_by")),
                name="price_opening_not_for_who_asked",
            ),
            CheckConstraint(
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

    def is_theirs(self, user: User) -> bool:
        """Whether `user` asked for it or runs the evaluation: no second person."""
        return user.pk in (self.asked_by_id, self.evaluation.owner_id)


class QuoteQuerySet(VendorScopedQuerySet["Quote"]):
    """Quotes; nobody of the house reads one before prices are open."""

    def visible_to(self, user: User) -> Self:
        """Those of evaluations whose prices are open, and one's own where the owner
        enters prices. An operator is bound too."""
        if not user.is_active:
            return self.none()
        opened = Q(candidate__evaluation__prices_opened_at__isnull=False)
        by_owner = Q(
            candidate__evaluation__owner=user,
            candidate__evaluation__owner_types_prices=True,
        )
        return super().visible_to(user).filter(by_owner | opened)


class Quote(SealedRecord, VendorRecord):
    """One revision of a vendor's prices; it never changes, the next one follows it.

    It is one document, so that neither how many lines it has nor which kinds it prices
    can be counted from outside.
    """

    only_grows: ClassVar[bool] = True
    committed: ClassVar = {
        1: (
            *("candidate", "revision", "currency", "valid_until", "lines"),
            *("handed_in_at", "handed_in_by"),
        )
    }

    candidate = ForeignKey(Candidate, PROTECT, related_name="quotes")
    revision = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    valid_until = models.DateField()
    # As `vendors.services.quotes` keeps them; amounts are text. Empty: withdrawn.
    # In rows of `own_quotes` None: withheld from who asks.
    lines = models.JSONField(default=list, blank=True, validators=[check_quote_lines])
    handed_in_at = models.DateTimeField()
    # The contact in the vendor pages, or the token of a program.
    handed_in_by = models.CharField(max_length=300)

    objects: ClassVar = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ("candidate", "revision")
        constraints = [
            UniqueConstraint(
                fields=("candidate", "revision"), name="quote_revision_once"
            ),
            CheckConstraint(
                condition=Q(revision__gte=1), name="quote_revision_from_one"
            ),
        ]

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.lines == [])

    @property
    def is_withheld(self) -> bool:
        return self.lines is None


class QuoteReader(VendorRecord):
    """Somebody whom the vendor named to read a revision, told by their address."""

    candidate = ForeignKey(Candidate, PROTECT, related_name="+")
    quote = ForeignKey(Quote, PROTECT, related_name="readers")
    # In small letters.
    email = models.CharField(max_length=254)
    # Blank: of before readers were named.
    named_by = models.CharField(max_length=300, blank=True)
    named_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = VendorScopedQuerySet["QuoteReader"].as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("candidate", "quote", "email"), name="quote_reader_once"
            )
        ]

    def __str__(self) -> str:
        return f"Reader of {self.quote}"


class QuoteRead(VendorRecord):
    """The first read of a revision by a session or a token."""

    candidate = ForeignKey(Candidate, PROTECT, related_name="+")
    quote = ForeignKey(Quote, PROTECT, related_name="reads")
    # The id of the session or token.
    key = models.UUIDField()
    # The contact's name, or what the token is known by.
    reader = models.CharField(max_length=150)
    read_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = VendorScopedQuerySet["QuoteRead"].as_manager()

    class Meta:
        ordering = ("read_at",)
        constraints = [
            UniqueConstraint(
                fields=("candidate", "quote", "key"), name="quote_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"Read of {self.quote}"


class ExchangeRate(CommittedRecord):
    """The rate that every price in a currency is counted with, unless it has its own.

    It is public knowledge and no price, so it is not sealed.
    """

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="exchange_rates")
    currency = models.CharField(max_length=3)
    # What `rate` counts in; it says nothing once the evaluation's currency is another.
    base = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=14,
        decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    rated_on = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ("currency",)
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "currency"), name="exchange_rate_once"
            ),
            CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_above_zero"),
            CheckConstraint(
                condition=~Q(currency=models.F("base")),
                name="exchange_rate_of_another_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} in {self.base}"
