"""What was said, by thread, and how much of it there is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from evaltracker.evaluations.models import Comment, Evaluation, User
from evaltracker.evaluations.topics import Subject, count_by_place, key_of
from evaltracker.pages.acts import address_of

# The link to a discussion, where no template writes it.


def discuss_words(row: Any) -> str:
    """“Discuss (2)”; of a row that `with_counts` read."""
    number = getattr(row, "said", 0)
    return f"Discuss ({number})" if number else "Discuss"


def discuss_address(topic: str, subject_id: UUID, part: object = "") -> str:
    """Where a subject is discussed."""
    return f"{address_of('discuss')}{key_of(topic, subject_id, str(part))}/"


MOST_SHOWN = 100


@dataclass(slots=True)
class Thread:
    """A comment with its replies, the first first."""

    root: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def comments(self) -> list[Comment]:
        return [self.root, *self.replies]

    @property
    def is_withdrawn(self) -> bool:
        """Whether nothing of it is left to read."""
        return all(comment.withdrawn_at for comment in self.comments)


def threads_on(subject: Subject) -> list[Thread]:
    """What was said about a subject: open threads first, the oldest first."""
    rows = Comment.objects.filter(
        evaluation=subject.evaluation,
        topic=subject.topic.name,
        subject_id=subject.subject_id,
        part=subject.part,
    )
    rows = rows.select_related("author", "resolved_by")
    found: dict[UUID, Thread] = {}
    replies = []
    for row in rows.prefetch_related("mentions__person").order_by("written_at", "pk"):
        if row.parent_id is None:
            found[row.pk] = Thread(row)
        else:
            replies.append((row.parent_id, row))
    for root, reply in replies:
        found[root].replies.append(reply)
    return sorted(found.values(), key=lambda thread: bool(thread.root.resolved_at))


def counts_of(
    user: User, evaluation: Evaluation, topic: str
) -> dict[tuple[Any, ...], int]:
    """How many comments `user` may read, by subject of a topic and its part."""
    return count_by_place(
        user, evaluation, topic, Comment, "part", withdrawn_at__isnull=True
    )


@dataclass(frozen=True, slots=True)
class Discussed:
    """A subject about which something was said, and how much of it."""

    address: str
    about: str
    number: int
    open_threads: int


def discussed_of(user: User, evaluation: Evaluation, topic: str) -> list[Discussed]:
    """Subjects of a topic on which `user` may read something, the latest first."""
    said = {subject for subject, _ in counts_of(user, evaluation, topic)}
    if not said:
        return []
    rows = Comment.objects.filter(
        evaluation=evaluation,
        topic=topic,
        subject_id__in=said,
        withdrawn_at__isnull=True,
    )
    counted = rows.order_by().values_list("subject_id", "part", Max("about"))
    is_open = Q(parent__isnull=True, resolved_at__isnull=True)
    found = counted.annotate(
        number=Count("pk"),
        threads=Count("pk", filter=is_open),
        latest=Max("written_at"),
    )
    return [
        Discussed(discuss_address(topic, subject_id, part), about, number, threads)
        for subject_id, part, about, number, threads, _ in found.order_by("-latest")[
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
    found: QuerySet[Any] = rows.annotate(said=Coalesce(number, 0))
    return found


def speakers(threads: list[Thread]) -> Iterator[User]:
    """Who wrote something, the latest first."""
    said = [comment for thread in threads for comment in thread.comments]
    for comment in sorted(said, key=lambda row: row.written_at, reverse=True):
        yield comment.author
