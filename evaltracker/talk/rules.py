"""What was said, by thread, and how much of it there is."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from evaltracker.errors import Forbidden, NotFound, Refused
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import AttachedFile, Comment, Evaluation, User
from evaltracker.evaluations.topic_types import (
    TOPICS,
    Subject,
    Topic,
    is_participant,
    key_of,
)
from evaltracker.evaluations.topics import count_by_place
from evaltracker.pages.acts import address_of


def subject_of(comment: Comment, by: By) -> Subject:
    """What a comment is about.

    Raises:
        NotFound: it is gone, or not theirs to see.
    """
    user = actor_of(by).user
    topic = TOPICS[comment.topic]
    subject = user and topic.find(user, comment.subject_id, comment.part)
    if not subject:
        raise NotFound
    return subject


def check_comment(subject: Subject, by: By) -> None:
    """People with a part say something, until the decision is frozen.

    Raises:
        Forbidden: no part. NotFound: sealed from them. Refused: it is over.
    """
    evaluation = subject.evaluation
    topic = subject.topic
    user = actor_of(by).user
    if user is None or not is_participant(user, evaluation):
        raise Forbidden("Only people with a part in this evaluation comment on it.")
    if not topic.people(evaluation, User.objects.filter(pk=user.pk)).exists():
        raise NotFound
    require_not_frozen(
        topic, evaluation, "nothing more is said here", "Comment on the decision."
    )


def check_comment_again(comment: Comment, by: By) -> None:
    check_comment(subject_of(comment, by), by)


def check_resolve_thread(comment: Comment, by: By) -> None:
    check_comment_again(comment, by)
    if comment.parent_id:
        raise Refused("This is a reply. Resolve the comment that it answers.")
    if comment.resolved_at:
        raise Refused("This thread is resolved already.")


def check_reopen_thread(comment: Comment, by: By) -> None:
    check_comment_again(comment, by)
    if not comment.resolved_at:
        raise Refused("This thread is open.")


def check_withdraw_comment(comment: Comment, by: By) -> None:
    if comment.author_id != getattr(actor_of(by).user, "pk", None):
        raise Forbidden("Only its author withdraws a comment.")
    check_comment_again(comment, by)
    if comment.withdrawn_at:
        raise Refused("You have withdrawn it already.")


def check_read_mention(comment: Comment, by: By) -> None:
    """Who is mentioned says that they have read it, also once it is frozen."""
    user = actor_of(by).user
    if user:
        mine = comment.mentions.filter(person=user)
    else:
        mine = comment.mentions.none()
    if not mine.exists():
        raise Forbidden("You are not mentioned in this comment.")
    if not mine.filter(answered_at__isnull=True).exists():
        raise Refused("You have read or answered it already.")


def discuss_words(row: Any) -> str:
    """“Discuss (2)”; of a row that `with_counts` read."""
    number = getattr(row, "said", 0)
    if number:
        return f"Discuss ({number})"
    return "Discuss"


def discuss_address(topic: str, subject_id: UUID, part: object = "") -> str:
    return f"{address_of('discuss')}{key_of(topic, subject_id, str(part))}/"


MOST_SHOWN = 100


@dataclass(slots=True)
class Thread:
    root: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def comments(self) -> list[Comment]:
        return [self.root, *self.replies]

    @property
    def is_withdrawn(self) -> bool:
        return all(comment.withdrawn_at for comment in self.comments)

    @property
    def speakers(self) -> list[User]:
        """The last who spoke first."""
        return [comment.author for comment in reversed(self.comments)]


def threads_on(subject: Subject) -> list[Thread]:
    """What was said about a subject: open threads first, the oldest first."""
    rows = Comment.objects.filter(
        evaluation=subject.evaluation,
        topic=subject.topic.name,
        subject_id=subject.subject_id,
        part=subject.part,
    )
    rows = rows.select_related("author", "resolved_by")
    by_root: dict[UUID, Thread] = {}
    replies = []
    for row in rows.prefetch_related("mentions__person").order_by("written_at", "pk"):
        if row.parent_id is None:
            by_root[row.pk] = Thread(row)
        else:
            replies.append((row.parent_id, row))
    for root, reply in replies:
        by_root[root].replies.append(reply)
    return sorted(by_root.values(), key=lambda thread: bool(thread.root.resolved_at))


def counts_of(
    user: User, evaluation: Evaluation, topic: str
) -> dict[tuple[Any, ...], int]:
    """How many comments `user` may read, by subject of a topic and its part."""
    return count_by_place(
        user, evaluation, topic, Comment, "part", withdrawn_at__isnull=True
    )


def discussed_of(
    user: User, evaluation: Evaluation, topic: str
) -> list[dict[str, Any]]:
    """Subjects of a topic on which `user` may read something, the latest first."""
    subjects = {subject for subject, _ in counts_of(user, evaluation, topic)}
    if not subjects:
        return []
    rows = Comment.objects.filter(
        evaluation=evaluation,
        topic=topic,
        subject_id__in=subjects,
        withdrawn_at__isnull=True,
    )
    counted = rows.order_by().values_list("subject_id", "part", Max("about"))
    is_open = Q(parent__isnull=True, resolved_at__isnull=True)
    latest = counted.annotate(
        number=Count("pk"),
        threads=Count("pk", filter=is_open),
        latest=Max("written_at"),
    )
    return [
        {
            "address": discuss_address(topic, subject_id, part),
            "about": about,
            "number": number,
            "open_threads": threads,
        }
        for subject_id, part, about, number, threads, _ in latest.order_by("-latest")[
            :MOST_SHOWN
        ]
    ]


def with_counts(rows: QuerySet[Any], topic: str) -> QuerySet[Any]:
    """Rows of subjects, each with `said`: how many comments there are on it.

    For readers of the topic alone, as everybody is who sees such a row.
    """
    here = Comment.objects.filter(
        topic=topic, subject_id=OuterRef("pk"), withdrawn_at__isnull=True
    )
    counted = here.order_by().values("subject_id").annotate(number=Count("pk"))
    number = Subquery(counted.values("number"), output_field=IntegerField())
    numbered: QuerySet[Any] = rows.annotate(said=Coalesce(number, 0))
    return numbered


def may_remove_file(user: User, file: AttachedFile) -> bool:
    return user.pk in (file.uploaded_by_id, file.evaluation.owner_id)


def check_attach_files(subject: Subject, by: By) -> None:
    """People with a part attach files to what they see, until the decision is frozen.

    Raises:
        NotFound: it takes no files. Forbidden: no part. Refused: it is over.
    """
    if not subject.topic.takes_files:
        raise NotFound
    user = actor_of(by).user
    if not is_participant(user, subject.evaluation):
        raise Forbidden("Only people with a part in this evaluation attach files.")
    require_not_frozen(subject.topic, subject.evaluation)


def check_remove_file(file: AttachedFile, by: By) -> None:
    """Who attached it or the owner takes it away, while files can be attached there.

    Raises:
        Forbidden: somebody else's. Refused: removed already, or it is over.
    """
    user = actor_of(by).user
    evaluation = file.evaluation
    if not (user and may_remove_file(user, file) and is_participant(user, evaluation)):
        raise Forbidden("Only the owner and the person who attached a file remove it.")
    if file.removed_at is not None:
        raise Refused("This file was removed already.")
    require_not_frozen(TOPICS[file.topic], evaluation)


def require_not_frozen(
    topic: Topic,
    evaluation: Evaluation,
    so: str = "its files stay as they are",
    instead: str = "Attach the file to the decision.",
) -> None:
    """Refuse what would change an evaluation that has ended; a decision takes more."""
    if not topic.is_frozen(evaluation):
        return
    over = evaluation.get_status_display().lower()
    decided = evaluation.status == Status.DECIDED
    only = f" {instead}" if decided else ""
    raise Refused(f"“{evaluation}” is {over}, so {so}.{only}")


def files_on(subject: Subject) -> QuerySet[AttachedFile]:
    rows: QuerySet[AttachedFile] = subject.evaluation.attached_files.kept().filter(
        topic=subject.topic.name, subject_id=subject.subject_id
    )
    return rows.select_related("uploaded_by")


def files_of(user: User, evaluation: Evaluation) -> QuerySet[AttachedFile]:
    rows: QuerySet[AttachedFile] = (
        AttachedFile.objects.visible_to(user).kept().filter(evaluation=evaluation)
    )
    return rows.select_related("uploaded_by")


def file_counts(user: User, evaluation: Evaluation, topic: str) -> dict[UUID, int]:
    counted = count_by_place(
        user, evaluation, topic, AttachedFile, removed_at__isnull=True
    )
    return {subject: number for (subject,), number in counted.items()}
