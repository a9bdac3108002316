"""The files on things, for those who may see the things."""

from django.db.models import Count, QuerySet

from evaltracker.evaluations.models import AttachedFile, Evaluation, User
from evaltracker.evaluations.topics import Subject

type Place = tuple[str, object]


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


def counts_of(user: User, evaluation: Evaluation) -> dict[Place, int]:
    """How many files there are, by subject; one query."""
    rows = files_of(user, evaluation).order_by().values_list("topic", "subject_id")
    return {
        (topic, subject_id): number
        for topic, subject_id, number in rows.annotate(Count("pk"))
    }


def some_are_sealed(user: User, evaluation: Evaluation) -> bool:
    """Whether there are files, also removed ones, that `user` may not see."""
    here = AttachedFile.objects.filter(evaluation=evaluation)
    seen = AttachedFile.objects.visible_to(user).filter(evaluation=evaluation)
    return here.count() != seen.count()
