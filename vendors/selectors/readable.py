"""Whose words a person may read now, over all of their evaluations."""

from typing import Any

from django.db.models import Q, QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from vendors.models import Conflict
from vendors.policy import to_declare


def readable[Q_: QuerySet[Any]](rows: Q_, user: User, candidate_path: str) -> Q_:
    """Of visible rows those of candidates whose words `user` may read.

    Left out is what waits for an answer about interests, every candidate of an
    evaluation in which an interest bars the person, and evaluations that still are, or
    are again, in requirements.
    """
    unasked = list(to_declare(user).values_list("pk", flat=True))
    interests = Conflict.objects.barring().of(user)
    barred = list(interests.values_list("candidate__evaluation", flat=True))
    where = f"{candidate_path}__evaluation"
    hidden = Q((f"{where}__stage", Stage.REQUIREMENTS))
    if unasked:
        hidden |= Q((f"{candidate_path}__in", unasked))
    if barred:
        hidden |= Q((f"{where}__in", barred))
    return rows.exclude(hidden)


def reads_answers(user: User, evaluation: Evaluation) -> bool:
    """Whether `user`, who has declared, may read candidates' words here: not in the
    requirements stage, and not while an interest of theirs bars them."""
    if evaluation.stage == Stage.REQUIREMENTS:
        return False
    interests = Conflict.objects.barring().of(user)
    return not interests.filter(candidate__evaluation=evaluation).exists()
