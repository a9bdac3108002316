"""What leadership answers to a request for a waiver."""

from django.db import transaction

from evaltracker.errors import Forbidden, Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import User
from evaltracker.workflow.choices import WaiverAnswer
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.services.stages import check_waive_gate, waive_gate
from evaltracker.workflow.services.waiver_requests import (
    close_request,
    lock_request,
    require_waiting,
)
from stakeholders.policy import is_leadership
from trials.policy import need
from trials.services.excuses import excuse_knock_out
from vendors.policy import check_read_answers


def check_answer_waiver_request(waiver_request: WaiverRequest, by: User) -> None:
    """Leadership answers, unless a conflict of interest keeps them from what it is of.

    Raises:
        Forbidden: not leadership, or a conflict.
        Refused: not declared, answered already, or the stage is over.

    """
    evaluation = waiver_request.evaluation
    if not is_leadership(by, evaluation):
        raise Forbidden("Only leadership answers a request for a waiver.")
    check_waive_gate(evaluation, by)
    if waiver_request.tells:
        check_read_answers(evaluation, by)
    require_waiting(waiver_request)


@transaction.atomic
def answer_waiver_request(
    *, waiver_request: WaiverRequest, answer: str, reason: str, by: User
) -> WaiverRequest:
    """Grant it, by the waiver or the excuse itself, or decline it with a reason.

    Raises:
        Forbidden: not leadership, or a conflict. Invalid: no answer, or no reason.
        Refused: answered already, the stage is over, or there is nothing to waive.

    """
    row = lock_request(waiver_request)
    check_answer_waiver_request(row, by)
    reason = need(reason, "reason", "Give a reason; whoever asked reads it.")
    if answer == WaiverAnswer.GRANTED:
        _grant(row, reason, by)
    elif answer == WaiverAnswer.DECLINED:
        close_request(row, WaiverAnswer.DECLINED, reason, by)
        journal.record(
            evaluation=row.evaluation,
            action="waiver_request.declined",
            subject=row,
            by=by,
            after={"thing": row.thing},
            reason=reason,
        )
    else:
        sentence = "Grant it or decline it."
        raise Invalid(sentence, errors={"answer": [sentence]})
    row.refresh_from_db()
    return row


def _grant(row: WaiverRequest, reason: str, by: User) -> None:
    """Let it pass by its own service, which closes the request."""
    if row.candidate is None or row.requirement is None:
        waive_gate(evaluation=row.evaluation, gate=row.gate, reason=reason, by=by)
    else:
        excuse_knock_out(
            candidate=row.candidate, requirement=row.requirement, reason=reason, by=by
        )
