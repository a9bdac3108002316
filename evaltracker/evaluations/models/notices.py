"""What is owed to somebody: a mail, or an event to a webhook.

docs/developers/design.md, section 7, has the rules.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

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

from evaltracker.evaluations.choices import (
    NOTICE_OPEN,
    NOTICE_UNCLEAR,
    NoticeState,
    known,
)
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


class Webhook(Record):
    """Where programs hear of events; it is the buyer's own address."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="webhooks")
    # Whoever knows it may post there, so no page, log or journal entry shows it.
    url = models.TextField(editable=False)
    host = models.CharField(max_length=255)
    # The types of events that it is told of.
    types = models.JSONField(default=list, db_default=[])
    # Encrypted, as `toolbox.secrets` closes; blank: a chat room of before.
    secret = models.TextField(default="", db_default="", editable=False)
    previous_secret = models.TextField(default="", db_default="", editable=False)
    # Until then both sign.
    previous_until = models.DateTimeField(null=True, editable=False)
    # The number of the last entry of which it was owed what it is told.
    read_upto = models.PositiveIntegerField(default=0, db_default=0)
    # How many events in a row it did not take for good.
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    paused_at = models.DateTimeField(null=True, editable=False)
    # It said so itself.
    ended_at = models.DateTimeField(null=True, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedQuerySet.as_manager()

    class Meta:
        # Code of before, which reads rooms there, may still run.
        db_table = "evaluations_chatwebhook"

    def __str__(self) -> str:
        return f"webhook at {self.host}"


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        """Those to `user`, and those of evaluations that `user` owns.

        An operator sees all, as of everything.
        """
        rows = super().visible_to(user)
        if user.is_superuser:
            return rows
        return rows.filter(Q(recipient=user) | Q(evaluation__owner=user))


class Notice(Record):
    """One mail owed to one recipient: both the queue and its history.

    Written in the transaction that causes it; the sweep moves it
    pending → claimed → handing → sent, or to a side state. One that travels in a
    daily mail shares the fate of that mail's own row. An event for a webhook is a row,
    too.
    """

    kind = models.CharField(max_length=40)
    evaluation = ForeignKey(
        Evaluation,
        PROTECT,
        related_name="notices",
        null=True,
        blank=True,
        help_text="Blank: it is about a login, and operators see it.",
    )
    subject_id = models.CharField(
        max_length=60, help_text="Id of the row that it is about."
    )
    # A moved date is a new occurrence, so a second reminder is owed.
    occurrence = models.CharField(max_length=60, blank=True)
    offset_days = models.SmallIntegerField(default=0)
    recipient = ForeignKey(User, PROTECT, related_name="notices", null=True, blank=True)
    address = models.EmailField(
        blank=True, help_text="Of an outsider; a user's own address is looked up."
    )
    # People outside stand on a higher floor, so who it was is kept as it was then.
    addressee = models.CharField(
        max_length=150, blank=True, help_text="An outsider's name, for the greeting."
    )
    # Every index costs each of a mail's three updates, so these two have none.
    webhook = ForeignKey(
        Webhook,
        PROTECT,
        db_index=False,
        related_name="notices",
        null=True,
        blank=True,
    )
    # Whether it was decided if it leaves by itself or in a daily mail; `can_wait`.
    placed = models.BooleanField(default=False)
    digest = ForeignKey(
        "self",
        PROTECT,
        related_name="carried",
        db_index=False,
        null=True,
        blank=True,
        help_text="The daily mail that carries it.",
    )
    wall_time = models.DateTimeField(
        help_text="As typed, in `zone`; stored without conversion as UTC digits."
    )
    zone = models.CharField(max_length=64, default="UTC")
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=NoticeState.choices, default=NoticeState.PENDING
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    message_id = models.CharField(max_length=120, unique=True)
    maybe_repeated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    suppressed_because = models.TextField(blank=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    # What it is about, while a sweep has it in hand: what its kind's `subjects` read.
    subject: Any = None

    class Meta:
        ordering = ("due_at",)
        constraints = [
            UniqueConstraint(
                fields=("kind", "subject_id", "occurrence", "offset_days", "recipient"),
                condition=Q(recipient__isnull=False),
                name="notice_owed_once_to_a_user",
            ),
            UniqueConstraint(
                fields=("kind", "subject_id", "occurrence", "offset_days", "address"),
                condition=Q(recipient__isnull=True, webhook__isnull=True),
                name="notice_owed_once_to_an_outsider",
            ),
            UniqueConstraint(
                fields=("kind", "subject_id", "occurrence", "offset_days", "webhook"),
                condition=Q(webhook__isnull=False),
                name="notice_owed_once_to_a_chat",
            ),
            CheckConstraint(
                condition=Q(recipient__isnull=False)
                | ~Q(address="")
                | Q(webhook__isnull=False),
                name="notice_has_a_recipient",
            ),
            known("state", NoticeState, "notice_state_known"),
        ]
        indexes = [
            Index(fields=("due_at", "id"), name="notice_in_lists"),
            # The sweep's WHERE equals this condition, so an idle sweep reads nothing.
            Index(
                fields=("next_try_at",),
                condition=Q(state__in=NOTICE_OPEN, digest__isnull=True),
                name="notice_open_by_next_try",
            ),
            # Few of very many: what waits for an owner's word is asked on every visit.
            Index(
                fields=("evaluation",),
                condition=Q(state__in=NOTICE_UNCLEAR),
                name="notice_unclear_by_evaluation",
            ),
            Index(fields=("subject_id",), name="notice_by_subject"),
            Index(
                fields=("digest",),
                condition=Q(digest__isnull=False),
                name="notice_by_digest",
            ),
        ]

    @property
    def place(self) -> Evaluation:
        """The evaluation that it is about.

        Raises:
            ValueError: it is about a login.
        """
        if self.evaluation is None:
            raise ValueError("This notice is about no evaluation.")
        return self.evaluation


class ChoreDone(models.Model):
    """When something that only time calls for was done last; see chores.py."""

    name = models.CharField(max_length=40, primary_key=True)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
