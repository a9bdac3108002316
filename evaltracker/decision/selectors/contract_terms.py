"""Contracts, and which of them are due."""

import datetime
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from evaltracker.decision.models import ContractTerm
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.days import today_in

# The kind of the mail about it; notices.py.
TERM_NOTICE = "contract_notice_due"


def term_of(evaluation: Evaluation) -> ContractTerm | None:
    rows = ContractTerm.objects.filter(evaluation=evaluation)
    return rows.select_related("looks_after", "settled_by", "evaluation").first()


def terms_of(user: User) -> QuerySet[ContractTerm]:
    """Contracts that are not settled, whose owner or keeper `user` is: their dates and
    whose they are, without what else the evaluation tells."""
    rows: QuerySet[ContractTerm] = ContractTerm.objects.visible_to(user).filter(
        Q(looks_after=user) | Q(evaluation__owner=user), outcome=""
    )
    return rows.select_related("evaluation").only(
        "ends_on",
        "notice_on",
        "notice_months",
        "remind_days",
        "occurrence",
        "outcome",
        "evaluation__slug",
        "evaluation__title",
        "evaluation__zone",
        "evaluation__owner",
    )


def due_terms(user: User) -> Iterator[ContractTerm]:
    for term in terms_of(user):
        if is_near(term):
            yield term


def is_near(term: ContractTerm) -> bool:
    if term.deadline is None or term.is_settled:
        return False
    ahead = datetime.timedelta(days=max(term.remind_days))
    return term.deadline - ahead <= today_in(term.evaluation.zone)
