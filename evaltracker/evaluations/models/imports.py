"""Imported files: drafts that wait, what was taken in, what columns meant."""

from typing import ClassVar, Self

from django.db import models
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

from evaltracker.evaluations.models.evaluation import (
    Evaluation,
    OwnQuerySet,
    Record,
    ScopedQuerySet,
)
from evaltracker.evaluations.models.people import User


class ImportedHistory(Record):
    """Which file an evaluation came from, and which part of its journal came with it.

    Whoever is named in those entries was known by another number where they were
    written, and the hashes cover that number. So it is kept here, and the entries
    themselves point to nobody: what a file says is no act of anybody's login here.
    """

    only_grows: ClassVar[bool] = True

    evaluation = OneToOneField(Evaluation, PROTECT, related_name="imported")
    sha256 = models.CharField(max_length=64, help_text="Of the file.")
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = ForeignKey(
        User,
        PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Blank: somebody at the command line.",
    )
    entries = models.PositiveIntegerField(help_text="How many came with the file.")
    head = models.CharField(max_length=64, help_text="The hash of the last of them.")
    # Whose number each of these entries holds, in their order; null: nobody's.
    actors = models.JSONField(default=list)


class ImportWork(models.TextChoices):
    NONE = "", "nothing"
    PREVIEW = "preview", "read it and compare it"
    IMPORT = "import", "import it"


class ImportDraft(Record):
    """A file between its preview and somebody's yes; it is deleted by either.

    Its id becomes the id of the import, so that a repeated yes is recognised. A large
    file is worked on in the background: whoever works on it holds it for a while and
    again, and loses it when it is gone.
    """

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="import_drafts")
    person = ForeignKey(User, PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    # How it is read: `answers`, by key of a line what somebody chose.
    reading = models.JSONField(default=dict, blank=True)
    kept_at = models.DateTimeField(default=timezone.now)
    is_large = models.BooleanField(default=False, db_default=False)
    work = models.CharField(
        max_length=10, choices=ImportWork.choices, default="", db_default="", blank=True
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    holder = models.UUIDField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What is being done, how many of how many rows.
    progress = models.JSONField(default=dict, db_default={}, blank=True)
    # What the file would do, as `preview.packed` keeps it, and its rows by page.
    preview = models.JSONField(null=True, blank=True)
    pages = models.BinaryField(null=True, blank=True)
    # The digest of the preview that somebody said yes to.
    said = models.CharField(max_length=64, default="", db_default="", blank=True)

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "person", "kind"), name="import_draft_once"
            )
        ]


class ImportQuerySet(ScopedQuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(Q(is_private=False) | Q(by=user))


class Import(Record):
    """A file that came in: who, when, which, and what it would take to undo it."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="imports")
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    by = ForeignKey(User, PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)
    is_private = models.BooleanField(
        default=False, help_text="Only who imported it sees that it was."
    )
    # Per row what stood before and after, and the rows that stayed out. It may hold
    # sealed prices and scores, so no page, list or export shows it; what stayed out is
    # handed to whoever handed it in.
    kept = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=("evaluation", "at", "id"), name="import_by_evaluation")
        ]
        constraints = [
            CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="import_undone_by_somebody",
            )
        ]


class ColumnMemory(Record):
    """What columns hold and words mean, as somebody said once."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="column_memories")
    kind = models.CharField(max_length=20)
    signature = models.CharField(
        max_length=64,
        help_text="What the keys begin with: a set of names, or a list of words.",
    )
    columns = models.JSONField(help_text="By key of an answer, what was said.")
    set_by = ForeignKey(User, PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "column memories"
        constraints = [
            UniqueConstraint(
                fields=("evaluation", "kind", "signature"), name="column_memory_once"
            )
        ]

    def __str__(self) -> str:
        return self.signature[:16]
