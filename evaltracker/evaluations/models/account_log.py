"""What happened to logins; R41."""

from __future__ import annotations

from typing import ClassVar

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

from evaltracker.evaluations.choices import AccountAction, Stage, VisitEnd, known
from evaltracker.evaluations.models.evaluation import (
    CommittedRecord,
    Evaluation,
    Record,
)
from evaltracker.evaluations.models.people import OwnQuerySet, User


class AccountEntry(Record):
    """One line of the account log, written by `account_log.record` alone.

    It names people by their row, never by a copy of their name, and holds nothing that
    somebody typed: a password can land in the field for the name. So erasing a person
    leaves nothing of them here but that something happened.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    action = models.CharField(max_length=20, choices=AccountAction.choices)
    person = ForeignKey(
        User,
        PROTECT,
        related_name="account_entries",
        null=True,
        blank=True,
        help_text="Whose login; blank: nobody has the name that was typed.",
    )
    by = ForeignKey(
        User,
        PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who did it; blank: whoever sat there.",
    )
    address = models.GenericIPAddressField(
        null=True, blank=True, help_text="Whence; forgotten when the person is erased."
    )
    detail = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        ordering = ("-at",)
        verbose_name = "account entry"
        verbose_name_plural = "account entries"
        indexes = [
            Index(fields=("-at",), name="account_entry_by_time"),
            Index(fields=("person", "-at"), name="account_entry_by_person"),
        ]
        constraints = [known("action", AccountAction, "account_action_known")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {str(self.pk)[:8]}"


class Visit(CommittedRecord):
    """One stay in a stage; sending an evaluation back opens a new one."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="visits")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    round = models.PositiveIntegerField(
        default=1, help_text="Grows when sign-offs are asked for anew."
    )
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = ForeignKey(User, PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)
    ended = models.CharField(max_length=9, choices=VisitEnd.choices, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("evaluation", "number")
        constraints = [
            UniqueConstraint(fields=("evaluation", "number"), name="visit_number_once"),
            UniqueConstraint(
                fields=("evaluation",),
                condition=Q(left_at__isnull=True),
                name="visit_one_open_per_evaluation",
            ),
            CheckConstraint(
                condition=(Q(left_at__isnull=True) & Q(ended=""))
                | (Q(left_at__isnull=False) & Q(ended__in=VisitEnd.values)),
                name="visit_end_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} (visit {self.number})"
