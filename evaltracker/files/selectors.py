"""The files on things, for those who may see the things."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Count, QuerySet

from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topics import TOPICS, Subject
from evaltracker.kit.reading import read_once


def files_on(subject: Subject) -> QuerySet[AttachedFile]:
    """What is attached to a subject that was found for its reader."""
    rows: QuerySet[AttachedFile] = AttachedFile.objects.kept().filter(
        evaluation=subject.evaluation,
        topic=subject.topic.name,
        subject_id=subject.subject_id,
    )
    return rows.select_related("uploaded_by", "evaluation__owner")


def files_of(user: User, evaluation: Evaluation) -> QuerySet[AttachedFile]:
    """Every file of an evaluation that `user` may see."""
    rows: QuerySet[AttachedFile] = (
        AttachedFile.objects.visible_to(user).kept().filter(evaluation=evaluation)
    )
    return rows.select_related("uploaded_by")


def counts_of(user: User, evaluation: Evaluation, topic: str) -> dict[UUID, int]:
    """How many files there are for `user`, by subject of a topic; as of comments, who
    may see subjects is only asked where something is attached."""
    counted = read_once(("files", evaluation.pk), lambda: _counts_by_topic(evaluation))
    here = counted.get(topic, {})
    seen = TOPICS[topic].visible_of(user, here.keys())
    return {subject: number for subject, number in here.items() if subject in seen}


def _counts_by_topic(evaluation: Evaluation) -> dict[str, dict[UUID, int]]:
    rows = AttachedFile.objects.kept().filter(evaluation=evaluation).order_by()
    found: dict[str, dict[UUID, int]] = defaultdict(dict)
    counted = rows.values_list("topic", "subject_id").annotate(Count("pk"))
    for topic, subject_id, number in counted:
        found[topic][subject_id] = number
    return found


def some_are_sealed(user: User, evaluation: Evaluation) -> bool:
    """Whether there are files, also removed ones, that `user` may not see."""
    here = AttachedFile.objects.filter(evaluation=evaluation)
    seen = AttachedFile.objects.visible_to(user).filter(evaluation=evaluation)
    return here.count() != seen.count()
