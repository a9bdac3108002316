"""What every model of the house shares: an id that does not count, and a scope."""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from evaltracker.evaluations.models.people import User

M = TypeVar("M", bound=models.Model)


class Record(models.Model):
    """A row whose id tells nothing of how many rows there are (R23)."""

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


class OwnQuerySet(ScopedQuerySet[M]):
    """Rows of one `person` each, seen by nobody else, an operator included."""

    def visible_to(self, user: User) -> Self:
        """One's own, in evaluations that one may still see if they are of one."""
        if self.model.evaluation_path:  # type: ignore[attr-defined]
            return super().visible_to(user).filter(person=user)
        return self.filter(person=user) if user.is_active else self.none()


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


def new_salt() -> str:
    """32 random bytes, as text."""
    return secrets.token_hex(32)


class CommittedRecord(Record):
    """A row that the journal commits to: `verify_journal --tables` finds a change.

    `committed` names the columns that count, by version; the last one is written. A
    column that joins later is a new version, so that older entries still read.
    """

    committed: ClassVar[Mapping[int, tuple[str, ...]]]
    # Columns that do not count, each with its reason.
    uncommitted: ClassVar[Mapping[str, str]] = {}
    # Whether nobody may change a row, not even to give it a salt.
    only_grows: ClassVar[bool] = False

    # Without it nobody guesses a sealed price from its commitment. It is renewed with
    # each change, so that a row that may be read one day opens no earlier value. Null
    # in rows that older code wrote.
    salt = models.CharField(  # noqa: DJ001
        max_length=64, null=True, blank=True, editable=False, default=new_salt
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with a new salt."""
        if not self._state.adding:
            self.salt = new_salt()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "salt"}
        super().save(*args, **kwargs)

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        """Rows, by key, whose uncommitted column contradicts the others."""
        return ()
