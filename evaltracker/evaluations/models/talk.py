"""What people of an evaluation say to each other about its things."""

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

from evaltracker.evaluations.models.evaluation import (
    Evaluation,
    Record,
    ScopedQuerySet,
    SealedRecord,
)
from evaltracker.evaluations.models.people import User
from evaltracker.evaluations.topic_types import TOPICS


def of_visible_subjects(user: User, path: str = "") -> Q:
    """The condition that the subject of the comment at `path` is for `user` to see."""
    seen = Q(pk__in=[])
    for topic in TOPICS.values():
        ids = topic.rows(user).order_by().values("pk")
        seen |= Q(**{f"{path}topic": topic.name, f"{path}subject_id__in": ids})
    return seen


class OnSubjectQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(of_visible_subjects(user))


class Comment(Record):
    """What somebody said about a subject, or answered to what was said."""

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="comments")
    topic = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    part = models.CharField(max_length=60, blank=True)
    # What the subject was called when this was written.
    about = models.CharField(max_length=200)
    parent = ForeignKey("self", PROTECT, related_name="replies", null=True, blank=True)
    author = ForeignKey(User, PROTECT, related_name="+")
    text = models.TextField(blank=True, help_text="Blank once it was withdrawn.")
    written_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Of a comment with its replies; a reply has neither.
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar = OnSubjectQuerySet.as_manager()

    class Meta:
        ordering = ("written_at",)
        indexes = [
            Index(
                fields=("evaluation", "topic", "subject_id"), name="comment_by_subject"
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) & ~Q(text="")
                | Q(withdrawn_at__isnull=False, text=""),
                name="comment_withdrawn_has_no_text",
            ),
            CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    parent__isnull=True,
                ),
                name="comment_resolved_as_a_whole",
            ),
        ]

    @property
    def root(self) -> "Comment":
        return self.parent or self


class MentionQuerySet(ScopedQuerySet["Mention"]):
    """Mentions, sealed as the comments that make them."""

    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(of_visible_subjects(user, "comment__"))

    def waiting(self) -> Self:
        """Those that their person has neither read nor answered, in open threads."""
        return self.filter(
            Q(comment__parent__isnull=True) | Q(comment__parent__resolved_at=None),
            answered_at__isnull=True,
            comment__withdrawn_at__isnull=True,
            comment__resolved_at__isnull=True,
        )


class Mention(Record):
    evaluation_path: ClassVar[str] = "comment__evaluation"

    comment = ForeignKey(Comment, PROTECT, related_name="mentions")
    person = ForeignKey(User, PROTECT, related_name="mentions")
    # They replied in the thread, or said that they have read it.
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=("comment", "person"), name="mention_once_per_person"
            ),
        ]
        indexes = [
            Index(
                fields=("person",),
                condition=Q(answered_at__isnull=True),
                name="mention_open_by_person",
            ),
        ]


class AttachedFileQuerySet(OnSubjectQuerySet):
    def kept(self) -> Self:
        return self.filter(removed_at__isnull=True)


class AttachedFile(SealedRecord):
    """A file on a subject; of a removed one the row stays, without file and digest.

    The journal keeps the digest of what was removed.
    """

    committed: ClassVar = {
        1: (
            *("evaluation", "topic", "subject_id", "about", "name", "content_type"),
            *("size", "sha256", "uploaded_by", "uploaded_at"),
            *("removed_by", "removed_at"),
        )
    }
    uncommitted: ClassVar = {"stored_as": "Its SHA-256 counts, wherever it is kept."}

    evaluation = ForeignKey(Evaluation, PROTECT, related_name="attached_files")
    topic = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    # What the subject was called when the file was attached.
    about = models.CharField(max_length=200)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=100, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = ForeignKey(User, PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = ForeignKey(User, PROTECT, related_name="+", null=True, blank=True)

    objects: ClassVar = AttachedFileQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at", "name")
        indexes = [
            Index(
                fields=("evaluation", "topic", "subject_id"),
                name="attached_file_by_subject",
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=("stored_as",),
                condition=~Q(stored_as=""),
                name="attached_file_stored_once",
            ),
            CheckConstraint(
                condition=(
                    Q(removed_at__isnull=True, removed_by__isnull=True)
                    & ~Q(stored_as="")
                    & ~Q(sha256="")
                )
                | Q(
                    removed_at__isnull=False,
                    removed_by__isnull=False,
                    stored_as="",
                    sha256="",
                ),
                name="attached_file_removed_as_a_whole",
            ),
        ]
