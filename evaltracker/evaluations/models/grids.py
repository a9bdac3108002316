"""Saved views of grids."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import PROTECT, ForeignKey, Q, UniqueConstraint

from evaltracker.evaluations.models.evaluation import Evaluation, Record, ScopedQuerySet
from evaltracker.evaluations.models.people import User


class GridViewQuerySet(ScopedQuerySet["GridView"]):
    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(Q(person=None) | Q(person=user))


class GridView(Record):
    """How a person, or the owner for everybody, arranged a grid: which columns, in
    which order, by what it is sorted and filtered."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="+")
    grid = models.CharField(max_length=40)
    person = ForeignKey(
        User, PROTECT, related_name="+", null=True, blank=True, help_text="Blank: all."
    )
    layout = models.JSONField()

    objects: ClassVar = GridViewQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "grid", "person"), name="grid_view_once"
            ),
            UniqueConstraint(
                fields=("evaluation", "grid"),
                condition=Q(person__isnull=True),
                name="grid_view_once_for_all",
            ),
        ]
