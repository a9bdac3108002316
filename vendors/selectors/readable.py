"""Whose words a person may read now, over all of their evaluations."""

from typing import Any

from django.db.models import QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from vendors.models import Conflict
from vendors.policy import may_read_answers, to_declare


def readable[Q_: QuerySet[Any]](rows: Q_, user: User, candidate_path: str) -> Q_:
    """Of visible rows those of candidates whose words `user` may read.

    Left out is what `opened` leaves out, and evaluations that still are, or are again,
    in requirements.
    """
    in_requirements = {f"{candidate_path}__evaluation__stage": Stage.REQUIREMENTS}
    return opened(rows, user, candidate_path).exclude(**in_requirements)


def opened[Q_: QuerySet[Any]](rows: Q_, user: User, candidate_path: str) -> Q_:
    """Of visible rows those of candidates that are not kept from `user`.

    Left out are evaluations in which something waits for their answer about interests,
    or in which one bars them.
    """
    interests = Conflict.objects.barring().of(user).order_by()
    asked = to_declare(user).order_by().values_list("evaluation", flat=True)
    barred = interests.values_list("candidate__evaluation", flat=True)
    closed = set(asked.union(barred).order_by())
    if not closed:
        return rows
    return rows.exclude(**{f"{candidate_path}__evaluation__in": closed})


def reads_answers(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` may read candidates' words here: not in the requirements stage."""
    started = evaluation.stage != Stage.REQUIREMENTS
    return started and may_read_answers(user, evaluation)
