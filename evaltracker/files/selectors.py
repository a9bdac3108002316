"""The files on things, for those who may see the things."""

from uuid import UUID

from django.db.models import QuerySet

from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topics import Subject, count_by_place


def files_on(subject: Subject) -> QuerySet[AttachedFile]:
    """What is attached to a subject that was found for its reader."""
    rows: QuerySet[AttachedFile] = subject.evaluation.attached_files.kept().filter(
        topic=subject.topic.name, subject_id=subject.subject_id
    )
    return rows.select_related("uploaded_by")


def files_of(user: User, evaluation: Evaluation) -> QuerySet[AttachedFile]:
    """Every file of an evaluation that `user` may see."""
    rows: QuerySet[AttachedFile] = (
        AttachedFile.objects.visible_to(user).kept().filter(evaluation=evaluation)
    )
    return rows.select_related("uploaded_by")


def counts_of(user: User, evaluation: Evaluation, topic: str) -> dict[UUID, int]:
    """How many files there are for `user`, by subject of a topic."""
    counted = count_by_place(
        user, evaluation, topic, AttachedFile, removed_at__isnull=True
    )
    return {subject: number for (subject,), number in counted.items()}


def some_are_sealed(user: User, evaluation: Evaluation) -> bool:
    """Whether there are files, also removed ones, that `user` may not see."""
    here = AttachedFile.objects.filter(evaluation=evaluation)
    seen = AttachedFile.objects.visible_to(user).filter(evaluation=evaluation)
    return here.count() != seen.count()
