"""A mail that is owed to somebody; DESIGN section 7."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models.base import Record, ScopedQuerySet
from evaltracker.evaluations.models.evaluation import Evaluation


class Notice(Record):
    """One mail owed to one recipient: both the queue and its history.

    Written in the transaction that causes it; the sweep moves it
    pending → claimed → handing → sent, or to a side state.
    """

    kind = models.CharField(max_length=40)
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="notices"
    )
    subject_id = models.CharField(
        max_length=60, help_text="Id of the row that it is about."
    )
    # A moved date is a new occurrence, so a second reminder is owed.
    occurrence = models.CharField(max_length=60, blank=True)
    offset_days = models.SmallIntegerField(default=0)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="notices",
        null=True,
        blank=True,
    )
    address = models.EmailField(
        blank=True, help_text="Of an outsider; a user's own address is looked up."
    )
    # People outside stand on a higher floor, so who it was is kept as it was then.
    addressee = models.CharField(
        max_length=150, blank=True, help_text="An outsider's name, for the greeting."
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

    objects: ClassVar = ScopedQuerySet["Notice"].as_manager()

    class Meta:
        ordering = ("due_at",)
        constraints = [
            models.UniqueConstraint(
                fields=(
                    "kind",
                    "subject_id",
                    "occurrence",
                    "offset_days",
                    "recipient",
                ),
                condition=Q(recipient__isnull=False),
                name="notice_owed_once_to_a_user",
            ),
            models.UniqueConstraint(
                fields=("kind", "subject_id", "occurrence", "offset_days", "address"),
                condition=Q(recipient__isnull=True),
                name="notice_owed_once_to_an_outsider",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""),
                name="notice_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]
        indexes = [
            # The sweep's WHERE equals this condition, so an idle sweep reads nothing.
            models.Index(
                fields=("next_try_at",),
                condition=Q(state__in=NOTICE_OPEN),
                name="notice_open_by_next_try",
            ),
            models.Index(fields=("subject_id",), name="notice_by_subject"),
        ]

    def __str__(self) -> str:
        return f"Notice {str(self.pk)[:8]}"
