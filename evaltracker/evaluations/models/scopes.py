"""Lists of the brief that answers must cover."""

from typing import ClassVar, Self

from django.db import models

from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation
from evaltracker.evaluations.models.requirements import Requirement


class Scope(Record):
    """A named list of the brief, e.g. *Runs on*; claims speak of it by its name."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="scopes"
    )
    name = models.CharField(max_length=60, help_text="E.g. Runs on, or Languages.")
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = ScopedQuerySet["Scope"].as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluation", "name"), name="scope_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ScopeValueQuerySet(ScopedQuerySet["ScopeValue"]):
    """Values, those that are demanded and those that were retired."""

    def current(self) -> Self:
        """Those that nobody retired."""
        return self.filter(retired_at__isnull=True)


class ScopeValue(Record):
    """One value of a list, e.g. *AWS*; retired, only old answers speak of it."""

    evaluation_path: ClassVar[str] = "scope__evaluation"

    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="values")
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopeValueQuerySet.as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(
                fields=("scope", "name"), name="scope_value_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Demand(Record):
    """That a requirement must hold in every value of a list that is not retired."""

    evaluation_path: ClassVar[str] = "requirement__evaluation"

    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="demands"
    )
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="demands")

    objects: ClassVar = ScopedQuerySet["Demand"].as_manager()

    class Meta:
        ordering = ("scope__position", "scope__name")
        constraints = [
            models.UniqueConstraint(fields=("requirement", "scope"), name="demand_once")
        ]

    def __str__(self) -> str:
        return f"Demand {str(self.pk)[:8]}"
