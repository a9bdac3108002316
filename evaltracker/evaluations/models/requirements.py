"""What we need: metrics, categories and requirements."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation
from evaltracker.measures import measure_words


class Metric(Record):
    """A business metric that the purchase has to move."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="metrics"
    )
    name = models.CharField(max_length=150)
    baseline = models.CharField(max_length=150, blank=True, help_text="Where it is.")
    target = models.CharField(max_length=150, blank=True, help_text="Where it must be.")
    how_measured = models.TextField(blank=True)

    objects: ClassVar = ScopedQuerySet["Metric"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "name"), name="metric_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Category(Record):
    """A group of requirements, weighed and scored as one."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="categories"
    )
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

    objects: ClassVar = ScopedQuerySet["Category"].as_manager()

    class Meta:
        ordering = ("position", "name")
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "name"), name="category_name_once"
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__lte=10),
                name="category_weight_to_10",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Requirement(Record):
    """One thing that we need."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="requirements"
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="requirements"
    )
    ref = models.CharField(
        max_length=80, help_text="Text, unique here: “1.10” stays “1.10”."
    )
    position = models.PositiveIntegerField(default=0)
    text = models.TextField()
    priority = models.CharField(
        max_length=6, choices=Priority.choices, default=Priority.SHOULD
    )
    weight = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(10)],
        help_text="0–10; 0 is not scored.",
    )
    vendor_help = models.TextField(blank=True, help_text="Vendors read this.")
    scorer_help = models.TextField(blank=True, help_text="Vendors never read this.")
    metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
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

    objects: ClassVar = ScopedQuerySet["Requirement"].as_manager()

    class Meta:
        ordering = ("category__position", "position", "ref")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "ref"), name="requirement_ref_once"
            ),
            models.CheckConstraint(
                condition=Q(weight__lte=10), name="requirement_weight_to_10"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values),
                name="requirement_priority_known",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def measure_words(self) -> str:
        """The number that it must reach, in words; blank if it names none."""
        return measure_words(self.measure)

    @property
    def is_must(self) -> bool:
        """Whether a candidate that fails it is knocked out."""
        return self.priority == Priority.MUST
