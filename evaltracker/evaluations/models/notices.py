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
    Record,
    ScopedQuerySet,
)
from evaltracker.evaluations.models.people import User


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
