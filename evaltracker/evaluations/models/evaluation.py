"""One purchase being decided."""

import datetime
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, NoReturn, Self, TypeVar

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.db.models import (
    PROTECT,
    CheckConstraint,
    ForeignKey,
    Index,
    OneToOneField,
    Q,
    UniqueConstraint,
)
from django.utils import timezone
from django.utils.text import capfirst

from evaltracker.evaluations import words
from evaltracker.evaluations.choices import Stage, Status, SupportWanted, known
from evaltracker.evaluations.models.people import User, check_zone
from evaltracker.toolbox.languages import OFFERED

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of evaluations; what a user may not see does not exist."""

    def visible_to(self, user: User) -> Self:
        """Only rows of evaluations that `user` owns or has a part in."""
        path = self.model.evaluation_path  # type: ignore[attr-defined]
        return self.filter(evaluation_scope(path, user))

    def in_evaluation(self, evaluation: models.Model) -> Self:
        path = self.model.evaluation_path  # type: ignore[attr-defined]
        return self.filter(**{path: evaluation})

    def update(self, **kwargs: Any) -> int:
        if issubclass(self.model, CommittedRecord) and counts(self.model, kwargs):
            self._touch(None)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        if issubclass(self.model, CommittedRecord):
            self._touch(REMOVED)
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        if issubclass(self.model, CommittedRecord):
            self._touch(REMOVED)
        return super()._raw_delete(using)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = super().bulk_create(objs, *args, **kwargs)
        if issubclass(self.model, CommittedRecord):
            saved = {row.pk: row.saved() for row in rows}  # type: ignore[attr-defined]
            keys = list(saved)
            for start in range(0, len(keys), MOST_KEYS):
                batch = keys[start : start + MOST_KEYS]
                self.__class__(self.model).filter(pk__in=batch)._touch(saved)
        return rows

    def _touch(self, saved: "Saved | Mapping[Any, Saved]") -> None:
        model: Any = self.model
        path = model.evaluation_path or "pk"
        for key, home in list(self.order_by().values_list("pk", path)):
            if isinstance(saved, Mapping):
                value = saved[key]
            else:
                value = saved
            touch(home, model, key, value)


class OwnQuerySet(ScopedQuerySet[M]):
    """Rows of one `person` each, seen by nobody else, an operator included."""

    def visible_to(self, user: User) -> Self:
        if self.model.evaluation_path:  # type: ignore[attr-defined]
            return super().visible_to(user).filter(person=user)
        if user.is_active:
            return self.filter(person=user)
        return self.none()


class AppendOnlyError(Exception):
    """Raised when code tries to change or delete a row that only grows."""


class Record(models.Model):
    """A row whose id tells nothing of how many rows there are (R23)."""

    # Lookup path from the model to its evaluation; scoping walks it.
    evaluation_path: ClassVar[str] = "evaluation"
    # Whether nobody may change a row, not even to give it a salt.
    only_grows: ClassVar[bool] = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects: ClassVar = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{capfirst(self._meta.verbose_name)} {str(self.pk)[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.only_grows and not self._state.adding:
            raise AppendOnlyError(f"A saved {self._meta.verbose_name} never changes.")
        super().save(*args, **kwargs)


def evaluation_scope(path: str, user: User) -> models.Q:
    """The condition that the evaluation at `path` is visible to `user`.

    An active superuser (operator) sees all, an active user those that they own
    or read, anyone else none; by a token bound to one of them, that one alone.
    """
    if not user.is_active:
        return models.Q(pk__in=[])
    if user.bound_to:
        bound = models.Q(**{path or "pk": user.bound_to})
        user = copy(user)
        user.bound_to = None
        return bound & evaluation_scope(path, user)
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


# What a transaction writes of rows that the journal commits to is noted, until the
# entry that tells of it takes it: so nobody has to name a row, and none is forgotten.

# The salt of a row and its columns that count, as they were saved. None: they are to be
# read again; a row that was removed has no values.
type Field = models.Field[Any, Any]
type Saved = Sequence[Any] | None
type TouchedRow = tuple[type["CommittedRecord"], Any]
REMOVED: Saved = ()
# How many keys one question to the database names.
MOST_KEYS = 500
logger = structlog.get_logger(__name__)


class Touched:
    """Rows that no entry tells of yet, by evaluation.

    It hangs among what is done after the commit: Django forgets it with the savepoint
    that is rolled back, and whatever is left in it at the end was told by nobody.
    """

    def __init__(self) -> None:
        self.rows: dict[Any, dict[TouchedRow, Saved]] = {}

    def __call__(self) -> None:
        for evaluation, rows in self.rows.items():
            tables = sorted({model._meta.label_lower for model, _ in rows})
            logger.error(
                "rows_without_entry", evaluation=str(evaluation), tables=tables
            )


def touch(
    evaluation: Any, model: type["CommittedRecord"], key: Any, saved: Saved
) -> None:
    """Note a row for the next entry of its evaluation in this transaction."""
    hooks = connection.run_on_commit
    here = set(connection.savepoint_ids)
    if hooks and hooks[-1][0] == here:
        hook = hooks[-1][1]
    else:
        hook = None
    if isinstance(hook, Touched):
        hook.rows.setdefault(evaluation, {})[model, key] = saved
        return
    hook = Touched()
    hook.rows[evaluation] = {(model, key): saved}
    transaction.on_commit(hook)


def touched_rows() -> Iterator[Touched]:
    """What this transaction noted, in the order of time."""
    for _, hook, *_ in connection.run_on_commit:
        if isinstance(hook, Touched):
            yield hook


def take_touched(evaluation: Any) -> dict[TouchedRow, Saved]:
    """The rows of an evaluation that no entry tells of, which the caller's now does."""
    rows: dict[TouchedRow, Saved] = {}
    for hook in touched_rows():
        rows |= hook.rows.pop(evaluation, {})
    return rows


class CommittedRecord(Record):
    """A row that the journal commits to: `verify_journal --tables` finds a change.

    All columns count but those in `uncommitted`. One that joins later is a new version,
    so that older entries still read. The last version is written.
    """

    # The columns by version, where they do not follow from `joined`.
    committed: ClassVar[Mapping[int, tuple[str, ...]]] = {}
    # Which version of the columns those begin with that were not in the first.
    joined: ClassVar[Mapping[str, int]] = {}
    # Columns that do not count, each with its reason.
    uncommitted: ClassVar[Mapping[str, str]] = {}
    # By which version of an evaluation's columns every row of the table has an entry:
    # rows in journals of before have none until they are covered.
    since: ClassVar[int] = 1
    salt: Any = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        fields = kwargs.get("update_fields")
        model = type(self)
        if fields is not None and not counts(model, fields):
            super().save(*args, **kwargs)
            return
        if not is_new and issubclass(model, SealedRecord):
            self.salt = new_salt()
            if fields is not None:
                kwargs["update_fields"] = {*fields, "salt"}
        super().save(*args, **kwargs)
        self.touch(self.saved() if fields is None else None)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        home = self.home()
        key = self.pk
        deleted = super().delete(*args, **kwargs)
        self.pk = key  # for the entry that tells it
        touch(home, type(self), key, REMOVED)
        return deleted

    def touch(self, saved: Saved) -> None:
        """Note it for the next entry of its evaluation."""
        touch(self.home(), type(self), self.pk, saved)

    def home(self) -> Any:
        *steps, last = (self.evaluation_path or "pk").split("__")
        row: Any = self
        for step in steps:
            row = getattr(row, step)
        return getattr(row, "pk" if last == "pk" else f"{last}_id")

    def saved(self) -> Saved:
        """What was saved of a whole row; None where the database knows it alone."""
        if self.get_deferred_fields():
            return None
        values = [getattr(self, name) for name, _ in columns(type(self))]
        if any(hasattr(value, "resolve_expression") for value in values):
            return None
        return (self.salt, *values)

    @classmethod
    def complete(cls, evaluation: models.Model) -> None:
        """Fill in what rows of older code lack before they are committed to."""

    @classmethod
    def contradictions(cls, evaluation: models.Model) -> Iterable[tuple[Any, str]]:
        return ()


class SealedRecord(CommittedRecord):
    """One whose values nobody may guess from the journal."""

    since: ClassVar[int] = 0
    # Without it nobody guesses a sealed price from its commitment. It is renewed with
    # each change, so that a row that may be read one day opens no earlier value. Null
    # in rows that older code wrote.
    salt = models.CharField(  # noqa: DJ001
        max_length=64, null=True, blank=True, editable=False, default=new_salt
    )

    class Meta:
        abstract = True

    @classmethod
    def complete(cls, evaluation: models.Model) -> None:
        """Give rows of before their salts, but those that nobody may change.

        What only grows is not sealed from anybody who reads the journal.
        """
        rows = cls._base_manager.filter(**{cls.evaluation_path: evaluation}, salt=None)
        for key in [] if cls.only_grows else list(rows.values_list("pk", flat=True)):
            cls._base_manager.filter(pk=key, salt=None).update(salt=new_salt())


@cache
def versions(model: type[CommittedRecord]) -> Mapping[int, tuple[str, ...]]:
    """The names of the columns that count, by version."""
    fields = {field.name for field in model._meta.concrete_fields}
    names = sorted(fields - {"id", "salt"} - model.uncommitted.keys())
    return model.committed or {
        version: tuple(name for name in names if model.joined.get(name, 1) <= version)
        for version in range(1, 1 + max(model.joined.values(), default=1))
    }


@cache
def columns(
    model: type[CommittedRecord], version: int = 0
) -> tuple[tuple[str, Field], ...]:
    """The columns that count in a version, 0 being the latest: attribute, and what its
    values are."""
    names = versions(model)[version or max(versions(model))]
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return tuple(
        (field.attname, getattr(field, "target_field", field)) for field in fields
    )


def counts(model: type[CommittedRecord], fields: Iterable[str]) -> bool:
    """Whether the journal commits to any of these columns."""
    return not {name for name, _ in columns(model)}.isdisjoint(fields)


def amount(
    help_text: str, digits: int = 14
) -> "models.DecimalField[Any, Decimal | None]":
    """A column of money, which need not be known."""
    return models.DecimalField(
        max_digits=digits,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=help_text,
    )


def default_reminder_days() -> list[int]:
    return [7, 2, 0]


def check_different_people(value: object) -> None:
    """By stage a whole number from 1; nothing is said of stages that are not named."""
    if not isinstance(value, dict) or not all(
        stage in Stage.values and type(number) is int and 1 <= number <= 99
        for stage, number in value.items()
    ):
        raise ValidationError("Say by stage how many different people, from 1 to 99.")


class EvaluationQuerySet(ScopedQuerySet["Evaluation"]):
    def real(self) -> Self:
        return self.filter(is_practice=False)


class Evaluation(CommittedRecord):
    evaluation_path: ClassVar[str] = ""
    joined: ClassVar = {"words": 2, "different_people": 2, "asks_effort": 3}
    uncommitted: ClassVar = {"vendor_language": "Nothing that counts rests on it."}

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=150)
    buyer = models.CharField(
        max_length=150, help_text="The organisation that buys; vendors see this name."
    )
    owner = ForeignKey(
        User,
        PROTECT,
        related_name="owned_evaluations",
        help_text="The procurement lead. The owner cannot sign for a role.",
    )
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="readable_evaluations",
        blank=True,
        help_text="Who may see it; kept by the services that give people a part.",
    )
    stage = models.CharField(
        max_length=12, choices=Stage.choices, default=Stage.REQUIREMENTS
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    currency = models.CharField(max_length=3, default="USD")
    vendor_language = models.CharField(
        max_length=2,
        choices=list(OFFERED.items()),
        default="en",
        db_default="en",
        help_text="Vendors read pages and mails in it until they choose another.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # A test invitation: a vendor tries a made-up list, and nothing of it counts.
    is_practice = models.BooleanField(default=False, db_default=False, editable=False)

    # The brief.
    problem = models.TextField(
        blank=True, help_text="What must become possible that is not possible today?"
    )
    # Only purchases that ended before the brief had lists still show these two.
    infrastructure = models.JSONField(
        default=list, blank=True, help_text="Where it has to run."
    )
    languages = models.CharField(
        max_length=200, blank=True, help_text="Languages in use, e.g. R, Python, Java."
    )
    must_run_by = models.DateField(
        null=True, blank=True, help_text="The day it must be in use."
    )
    budget = amount("Everything over the horizon.")
    budget_once = amount("What may be paid once.")
    budget_yearly = amount("What may be paid in a full year.")
    support_wanted = models.CharField(
        max_length=16, choices=SupportWanted.choices, blank=True
    )
    asks_effort = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Ask with each answer what it costs in days, and whose.",
    )
    does_not_matter = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Questions of the brief that this purchase need not answer.",
    )
    engineers = models.PositiveIntegerField(
        null=True, blank=True, help_text="People who would work with it."
    )
    context = models.TextField(
        blank=True, help_text="Anything else that a reader of the decision must know."
    )
    source_note = models.TextField(
        blank=True, help_text="Where imported material comes from, and of what date."
    )

    # How it is counted; docs/developers/design.md, section 4.
    evidence_share = models.DecimalField(
        max_digits=3, decimal_places=2, default=Decimal("0.60")
    )
    credits = models.JSONField(
        default=dict, blank=True, help_text="Credits that differ from the default."
    )
    prior = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="How open verdicts are drawn; empty: 70, 20 and 10 %, worth 10.",
    )
    horizon_months = models.PositiveSmallIntegerField(
        default=36,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Everything is counted over so many months; 36 are usual.",
    )
    discount_rate = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=(
            "What money is worth less a year later, in per cent: lowers what is paid "
            "from the second year on. 0 counts every year alike."
        ),
    )
    scale = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="What the scores 0 to 5 mean, in the buyer's own words.",
    )
    words = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="What differs from the usual words for demos and trials.",
    )
    planning_factor = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.50"),
        help_text="Estimates of people's time are multiplied by this.",
    )
    working_days = models.PositiveSmallIntegerField(
        default=220, help_text="Days a year on which a person saves hours."
    )
    loaded_hourly_rate = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What an hour of a person costs you, with everything.",
    )
    builder_earnings = amount(
        "What one builder would earn for you a month with other work. It is lost "
        "while they build or set up a candidate.",
        digits=12,
    )
    stage_weeks = models.JSONField(
        default=dict, blank=True, help_text="Minimum weeks per stage that differ."
    )
    reminder_days = models.JSONField(default=default_reminder_days, blank=True)
    different_people = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        editable=False,
        validators=[check_different_people],
        help_text="By stage, how many different people approve it at least.",
    )

    # Moments that open and close things; each is also a journal entry.
    claims_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    claims_close_at = models.DateTimeField(null=True, blank=True)
    claims_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    owner_types_prices = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether vendors' quotes are open to the owner at once.",
    )
    prices_opened_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = [Index(fields=("created_at", "id"), name="evaluation_in_lists")]
        constraints = [
            known("stage", Stage, "evaluation_stage_known"),
            known("status", Status, "evaluation_status_known"),
            CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0),
                name="evaluation_budget_not_negative",
            ),
            CheckConstraint(
                condition=Q(evidence_share__gte=0) & Q(evidence_share__lte=1),
                name="evaluation_evidence_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    @property
    def wording(self) -> Mapping[str, str]:
        """Each of the words of proof: its own, else the default."""
        return {**words.DEFAULTS, **self.words}

    def say(self, text: str, *values: object) -> str:
        return words.say(self.words, text, *values)

    def get_stage_display(self) -> str:  # type: ignore[no-redef]
        return self.say(Stage(self.stage).label)

    def claims_are_open(self, now: datetime.datetime) -> bool:
        """Whether vendors may write claims at that instant."""
        return (
            self.is_open
            and self.stage == Stage.RESEARCH
            and self.claims_opened_at is not None
            and self.claims_closed_at is None
            and (self.claims_close_at is None or now < self.claims_close_at)
        )


# The append-only, hash-chained record of what happened in an evaluation.


class EntryQuerySet(ScopedQuerySet["Entry"]):
    """Entries; bulk changes are refused as single ones are."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The journal only grows.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("The journal only grows.")


class EntryManager(models.Manager["Entry"]):
    """Entries without the digests of their rows, which the check alone reads."""

    def get_queryset(self) -> EntryQuerySet:
        """All entries; `defer(None)` reads the digests too."""
        return EntryQuerySet(self.model, using=self._db).defer("rows")


class Entry(Record):
    """One line of the journal; written by `journal.record` alone."""

    only_grows: ClassVar[bool] = True

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    actor_name = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    # What it commits to of the rows that it tells of, as `commitments` writes it.
    # Null in entries of older code, which commit to nothing.
    rows = models.TextField(null=True, editable=False)  # noqa: DJ001
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar = EntryManager.from_queryset(EntryQuerySet)()  # type: ignore[assignment]

    class Meta:
        ordering = ("evaluation", "number")
        verbose_name_plural = "entries"
        indexes = [Index(fields=("at", "number", "id"), name="entry_in_lists")]
        constraints = [
            UniqueConstraint(fields=("evaluation", "number"), name="entry_number_once"),
            UniqueConstraint(
                fields=("evaluation", "previous_hash"), name="entry_chain_has_no_fork"
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.number}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The journal only grows.")


class JournalHead(models.Model):
    """The last number and hash of a chain; its row lock orders the writers."""

    evaluation = OneToOneField(
        Evaluation, PROTECT, primary_key=True, related_name="journal_head"
    )
    count = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Head at {self.count}"
