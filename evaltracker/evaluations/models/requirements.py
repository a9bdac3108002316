"""What we need: metrics, categories and requirements."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    Index,
    Q,
    UniqueConstraint,
)
from django.utils import timezone

from evaltracker.enumerations import Priority
from evaltracker.evaluations.choices import PRIORITY_CHOICES, FieldKind, known
from evaltracker.evaluations.models.evaluation import (
    CommittedRecord,
    Evaluation,
    Record,
    ScopedQuerySet,
)
from evaltracker.evaluations.models.people import User
from evaltracker.toolbox.measures import measure_words


class BriefField(CommittedRecord):
    """One question, what kind of answer it takes, and the answer as text.

    A number is kept as plain digits, a date as its ISO form, a choice by its words.
    """

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="brief_fields")
    # Names it in forms, addresses and the journal; it stays when the label changes.
    key = models.SlugField(max_length=80, editable=False)
    label = models.CharField(max_length=80, help_text="E.g. Signatures a year.")
    help = models.CharField(
        max_length=300, blank=True, help_text="What whoever answers should know."
    )
    kind = models.CharField(
        max_length=6, choices=FieldKind.choices, default=FieldKind.TEXT
    )
    choices = models.JSONField(default=list, blank=True)
    needed = models.BooleanField(
        default=True, help_text="It has to be answered to leave the requirements stage."
    )
    answer = models.TextField(blank=True)
    does_not_matter = models.BooleanField(
        default=False, help_text="This purchase need not answer it."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "label")
        constraints = [
            UniqueConstraint(fields=("evaluation", "key"), name="brief_field_key_once"),
            UniqueConstraint(
                fields=("evaluation", "label"), name="brief_field_label_once"
            ),
            known("kind", FieldKind, "brief_field_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_missing(self) -> bool:
        return self.needed and not self.does_not_matter and not self.answer


class Metric(CommittedRecord):
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="metrics")
    name = models.CharField(max_length=150)
    baseline = models.CharField(max_length=150, blank=True, help_text="Where it is.")
    target = models.CharField(max_length=150, blank=True, help_text="Where it must be.")
    how_measured = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            UniqueConstraint(fields=("evaluation", "name"), name="metric_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Category(CommittedRecord):
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="categories")
    name = models.CharField(max_length=150)
    position = models.PositiveIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(10)],
        help_text="0–10 as agreed by the roles; blank means not agreed yet.",
    )
    price_reason = models.TextField(
        blank=True,
        default="",
        db_default="",
        verbose_name="why it is scored although it is about price",
        help_text="Price is an axis beside the score. If people score it all the same, "
        "the memo prints why.",
    )

    class Meta:
        ordering = ("position", "name")
        verbose_name_plural = "categories"
        constraints = [
            UniqueConstraint(fields=("evaluation", "name"), name="category_name_once"),
            CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__lte=10),
                name="category_weight_to_10",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Requirement(CommittedRecord):
    evaluation = ForeignKey(Evaluation, PROTECT, related_name="requirements")
    category = ForeignKey(Category, PROTECT, related_name="requirements")
    ref = models.CharField(
        max_length=80, help_text="Text, unique here: “1.10” stays “1.10”."
    )
    position = models.PositiveIntegerField(default=0)
    text = models.TextField()
    priority = models.CharField(
        max_length=6, choices=PRIORITY_CHOICES, default=Priority.SHOULD
    )
    weight = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(10)],
        help_text="0–10; 0 is not scored.",
    )
    vendor_help = models.TextField(blank=True, help_text="Vendors read this.")
    scorer_help = models.TextField(blank=True, help_text="Vendors never read this.")
    metric = ForeignKey(
        Metric,
        PROTECT,
        related_name="requirements",
        null=True,
        blank=True,
        help_text="The business metric that it moves.",
    )
    metric_excuse = models.TextField(
        blank=True, help_text="Why a must-have moves no metric, e.g. a legal duty."
    )
    # `Measure.as_json()` of the number that it must reach; {}: none.
    measure = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("category__position", "position", "ref")
        constraints = [
            UniqueConstraint(fields=("evaluation", "ref"), name="requirement_ref_once"),
            CheckConstraint(
                condition=Q(weight__lte=10), name="requirement_weight_to_10"
            ),
            known("priority", Priority, "requirement_priority_known"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def measure_words(self) -> str:
        """The number that it must reach, in words; blank if it names none."""
        return measure_words(self.measure)

    @property
    def is_must(self) -> bool:
        return self.priority == Priority.MUST


# Lists of the brief that answers must cover.


class Scope(CommittedRecord):
    """A named list of the brief, e.g. *Runs on*; claims speak of it by its name."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="scopes")
    name = models.CharField(max_length=60, help_text="E.g. Sites, or Languages.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "name")
        constraints = [
            UniqueConstraint(fields=("evaluation", "name"), name="scope_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ScopeValueQuerySet(ScopedQuerySet["ScopeValue"]):
    def current(self) -> Self:
        return self.filter(retired_at__isnull=True)


class ScopeValue(CommittedRecord):
    """One value of a list, e.g. *AWS*; retired, only old answers speak of it."""

    evaluation_path: ClassVar[str] = "scope__evaluation"

    scope = ForeignKey(Scope, PROTECT, related_name="values")
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopeValueQuerySet.as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = [
            UniqueConstraint(fields=("scope", "name"), name="scope_value_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Demand(CommittedRecord):
    """That a requirement must hold in every value of a list that is not retired."""

    evaluation_path: ClassVar[str] = "requirement__evaluation"

    requirement = ForeignKey(Requirement, PROTECT, related_name="demands")
    scope = ForeignKey(Scope, PROTECT, related_name="demands")

    class Meta:
        ordering = ("scope__position", "scope__name")
        constraints = [
            UniqueConstraint(fields=("requirement", "scope"), name="demand_once")
        ]

    def __str__(self) -> str:
        return self.scope.name


class EvaluationTemplateQuerySet(models.QuerySet["EvaluationTemplate"]):
    def visible_to(self, user: User) -> Self:
        """All of them for who may start an evaluation, one's own else."""
        if not user.is_active:
            return self.none()
        if user.has_perm("evaluations.add_evaluation"):
            return self
        return self.filter(made_by=user)


class EvaluationTemplate(Record):
    """Requirements, categories, weights and sign-off rules; no vendor, no claim."""

    # It belongs to none.
    evaluation_path: ClassVar[str] = ""

    title = models.CharField(max_length=150, unique=True)
    description = models.TextField(blank=True)
    content = models.JSONField()
    made_by = ForeignKey(User, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = EvaluationTemplateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("title",)
        indexes = [Index(fields=("title", "-id"), name="template_in_lists")]

    def __str__(self) -> str:
        return self.title
