"""What every model of the house shares: an id that does not count, and a scope."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from evaltracker.evaluations.models.people import User

M = TypeVar("M", bound=models.Model)


class Record(models.Model):
    """A row whose id tells nothing of how many rows there are (RELIABILITY R23)."""

    # Lookup path from the model to its evaluation; scoping walks it.
    evaluation_path: ClassVar[str] = "evaluation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of evaluations; what a user may not see does not exist."""

    def visible_to(self, user: User) -> Self:
        """Only rows of evaluations that `user` owns or has a part in."""
        path = self.model.evaluation_path  # type: ignore[attr-defined]
        return self.filter(evaluation_scope(path, user))

    def in_evaluation(self, evaluation: models.Model) -> Self:
        """Only rows of that evaluation."""
        path = self.model.evaluation_path  # type: ignore[attr-defined]
        return self.filter(**{path: evaluation})


def evaluation_scope(path: str, user: User) -> models.Q:
    """The condition that the evaluation at `path` is visible to `user`.

    An active superuser (operator) sees all, an active user those that they own
    or read, anyone else none.
    """
    if not user.is_active:
        return models.Q(pk__in=[])
    if user.is_superuser:
        return models.Q()
    # One list of ids, not a join, which would repeat rows, nor a condition on two
    # tables, which would be tried on each row of the larger one: so the database knows
    # how few they are, and finds their rows by an index.
    owned = user.owned_evaluations.order_by().values("pk")
    read = user.readable_evaluations.order_by().values("pk")
    return models.Q(**{f"{path or 'pk'}__in": owned.union(read)})
