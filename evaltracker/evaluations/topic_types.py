"""What people of an evaluation talk about and attach files to: a topic for each kind.

A topic says whose eyes its subjects are for, so that what is sealed of a thing is
sealed of what is said about it and attached to it: that there is anything, by whom
and how often.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q

from evaltracker.evaluations.choices import Status
from evaltracker.toolbox.registry import Registry, read_once

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from evaltracker.evaluations.models.evaluation import Evaluation
    from evaltracker.evaluations.models.people import User


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be talked about, found for somebody who may see it."""

    topic: Topic
    evaluation: Evaluation
    subject_id: UUID
    # Which part of it: of a candidate a requirement's id, of a memo a section.
    part: str
    name: str
    page: str

    @property
    def pk(self) -> str:
        return key_of(self.topic.name, self.subject_id, self.part)

    def __str__(self) -> str:
        return self.name


# Of a row and a part: its evaluation, its name and its page; None for no such part.
Describe = Callable[[Any, str], "tuple[Evaluation, str, str] | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    # As sentences name one: “a requirement”.
    noun: str
    # Subjects about which the user may read and write comments.
    rows: Callable[[User], QuerySet[Any]]
    # Of these people of an evaluation, those for whom `rows` holds its subjects.
    people: Callable[[Evaluation, QuerySet[User]], QuerySet[User]]
    describe: Describe
    # The page of the evaluation that subjects belong to.
    tab: str
    # What has to be answered before the reader sees it, such as an interest.
    ask_before: Callable[[HttpRequest, Evaluation], object] = lambda *_: None
    # Whether it can still be talked about once the decision is frozen.
    after_decision: bool = False
    # Whether files can be attached to it.
    takes_files: bool = False

    def audience(self, evaluation: Evaluation) -> QuerySet[User]:
        return self.people(evaluation, participants(evaluation))

    def is_open_to(self, user: User, evaluation: Evaluation) -> bool:
        """Whether `user` is one of them; a page asks it of every row."""
        if self.people is everybody:
            return is_participant(user, evaluation)
        return read_once(
            ("topic", self.name, user.pk, evaluation.pk),
            lambda: self.audience(evaluation).filter(pk=user.pk).exists(),
        )

    def visible_of(self, user: User, subjects: Collection[UUID]) -> set[UUID]:
        """Of these subjects those that `user` may see; one query, if there are any."""
        if not subjects:
            return set()
        rows = self.rows(user).filter(pk__in=subjects)
        return set(rows.order_by().values_list("pk", flat=True))

    def is_frozen(self, evaluation: Evaluation) -> bool:
        decided = evaluation.status == Status.DECIDED
        return not evaluation.is_open and not (decided and self.after_decision)

    def find(self, user: User, subject_id: UUID, part: str = "") -> Subject | None:
        """The subject, if it is there and `user` may see it; its talk and its files on
        one page read it once."""
        row = read_once(
            self._seen(user, subject_id),
            lambda: self.rows(user).filter(pk=subject_id).first(),
        )
        if row is not None:
            described = self.describe(row, part)
        else:
            described = None
        if described is None:
            return None
        evaluation, name, page = described
        return Subject(self, evaluation, subject_id, part, name, page)

    def show(self, user: User, row: Any) -> None:
        """A page shows a row that it read from `rows`, which `find` need not again."""
        read_once(self._seen(user, row.pk), lambda: row)

    def _seen(self, user: User, subject_id: UUID) -> tuple[Any, ...]:
        return "subject", self.name, user.pk, subject_id


TOPICS: Registry[str, Topic] = Registry("topic")


def register_topic(topic: Topic) -> Topic:
    return TOPICS.register(topic.name, topic)


def participants(evaluation: Evaluation) -> QuerySet[User]:
    """Active people with a part, own or lent, and the owner; no operator."""
    read = Q(readable_evaluations=evaluation, is_superuser=False)
    people: QuerySet[User] = get_user_model()._default_manager.filter(
        Q(pk=evaluation.owner_id) | read, is_active=True
    )
    return people.distinct().order_by("first_name", "last_name", "username")


def is_participant(user: User | None, evaluation: Evaluation) -> bool:
    if user is None or user.pk == evaluation.owner_id:
        return user is not None and user.is_active
    return read_once(
        ("participant", user.pk, evaluation.pk),
        lambda: participants(evaluation).filter(pk=user.pk).exists(),
    )


def key_of(topic: str, subject_id: UUID, part: str = "") -> str:
    """What names a subject in an address: “cost_line.1f0c…”, with its part if any."""
    return ".".join(filter(None, (topic, str(subject_id), part)))


def everybody(evaluation: Evaluation, people: QuerySet[User]) -> QuerySet[User]:
    return people
