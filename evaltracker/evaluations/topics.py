"""Finding and counting the subjects that an address or a page names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count

from evaltracker.errors import NotFound
from evaltracker.evaluations.topic_types import TOPICS, Subject
from evaltracker.toolbox.registry import read_once

if TYPE_CHECKING:
    from django.db.models import Model

    from evaltracker.evaluations.models import Evaluation, User


def count_by_place(
    user: User,
    evaluation: Evaluation,
    topic: str,
    kind: type[Model],
    *part: str,
    **live: Any,
) -> dict[tuple[Any, ...], int]:
    """How many live rows of a kind, which hang on subjects of the evaluation, are on
    those of a topic that `user` may see: by subject, and by the columns `part`.

    What is there is counted first, in one query for all topics of a page; who may see
    subjects is only asked where there is something. A page asks it of every row.
    """

    def counted() -> dict[str, dict[tuple[Any, ...], int]]:
        rows = kind._default_manager.filter(evaluation=evaluation, **live)
        columns = rows.order_by().values_list("topic", "subject_id", *part)
        counts: dict[str, dict[tuple[Any, ...], int]] = defaultdict(dict)
        for name, *place, number in columns.annotate(Count("pk")):
            counts[name][tuple(place)] = number
        return counts

    def visible() -> dict[tuple[Any, ...], int]:
        every = read_once(("on subjects", kind, evaluation.pk), counted)
        here = every.get(topic, {})
        seen = TOPICS[topic].visible_of(user, {subject for subject, *_ in here})
        return {place: number for place, number in here.items() if place[0] in seen}

    return read_once(("visible", kind, user.pk, evaluation.pk, topic), visible)


def find_subject(user: User, key: str) -> Subject:
    """The subject that an address names.

    Raises:
        NotFound: no such topic, or nothing there that `user` may see.
    """
    name, _, rest = key.partition(".")
    subject_id, _, part = rest.partition(".")
    if name not in TOPICS:
        raise NotFound
    try:
        subject = TOPICS[name].find(user, UUID(subject_id), part)
    except ValueError as error:
        raise NotFound from error
    if subject is None or subject.pk != key:
        raise NotFound
    return subject
