"""Asking leadership to let a rule or a knock-out pass, and taking that back."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, Visit
from evaltracker.evaluations.policy import change, check_owned, checked, lock
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.workflow.choices import WaiverAnswer
from evaltracker.workflow.gates.reports import gate_reports
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.services.waiver_rules import (
    answerers,
    check_ask_to_excuse,
    require_askable,
)
from evaltracker.workflow.waiver_notices import WaiverAnswered, WaiverAsked
from trials.models import Excuse
from trials.policy import need, require_same
from vendors.models import Candidate
from vendors.services.candidates import lock_candidate

GIVE_A_REASON = "Say why it should pass; leadership reads it."


def check_withdraw_waiver_request(waiver_request: WaiverRequest, by: By) -> None:
    """The owner takes back what leadership has not answered."""
    check_owned(waiver_request.evaluation, by)
    require_waiting(waiver_request)


@transaction.atomic
def ask_for_waiver(
    *, evaluation: Evaluation, gate: str, reason: str, by: By
) -> WaiverRequest:
    """Ask leadership to let a closed gate pass on this stay in its stage.

    Raises:
        Forbidden: not the owner, or a conflict where the gate tells of answers.
        Refused: it holds, is waived, cannot be, or was asked for already.
        Invalid: no reason.

    """
    evaluation = lock(evaluation)
    check_owned(evaluation, by)
    report = next((it for it in gate_reports(evaluation) if it.gate.name == gate), None)
    if report is None:
        raise Refused("That rule does not belong to the stage that it is in.")
    require_askable(report, evaluation, by)
    rule = report.gate
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    row = WaiverRequest(visit=visit, gate=gate, rule=rule.rule, tells=rule.tells)
    return _asked(row, reason, by)


@transaction.atomic
def ask_to_excuse(
    *, candidate: Candidate, requirement: Requirement, reason: str, by: By
) -> WaiverRequest:
    """Ask leadership to excuse the knock-out of a candidate.

    Raises:
        Forbidden: not the owner, or a conflict of interest.
        Refused: no knock-out, excused or asked for already. Invalid: no reason.

    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    require_same(evaluation, requirement)
    check_ask_to_excuse(candidate, requirement, by)
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    row = WaiverRequest(visit=visit, candidate=candidate, requirement=requirement)
    return _asked(row, reason, by)


@transaction.atomic
def withdraw_waiver_request(*, waiver_request: WaiverRequest, by: By) -> WaiverRequest:
    """Take a request back before leadership answers it.

    Raises:
        Forbidden: not the owner. Refused: answered, or the stage is over.

    """
    waiver_request = lock_request(waiver_request)
    check_withdraw_waiver_request(waiver_request, by)
    close_request(waiver_request, WaiverAnswer.WITHDRAWN, "", by)
    journal.record(
        evaluation=waiver_request.evaluation,
        action="waiver_request.withdrawn",
        subject=waiver_request,
        by=by,
        after={"thing": waiver_request.thing},
    )
    return waiver_request


def grant_what_was_excused(excuse: Excuse, by: By) -> None:
    """Close the request for a knock-out that is excused now."""
    asked = WaiverRequest.objects.of_cell(excuse.candidate, excuse.requirement)
    grant_waiting(asked, excuse.reason, by)


def grant_waiting(asked: QuerySet[WaiverRequest], reason: str, by: By) -> None:
    """Close those that wait, whose waiver was given just now."""
    for row in asked.filter(answer="").select_related("visit__evaluation__owner"):
        close_request(row, WaiverAnswer.GRANTED, reason, by)


def close_request(row: WaiverRequest, answer: str, reason: str, by: By) -> None:
    """Write down what became of it, and tell who asked."""
    user = actor_of(by).user
    change(
        row,
        answer=answer,
        answer_reason=reason.strip(),
        answered_by=user,
        answered_at=timezone.now(),
    )
    cancel_notices(
        kind=WaiverAsked.name,
        subject_id=row.pk,
        because="It was answered or withdrawn.",
    )
    if row.asked_by != user:
        owe_now(
            kind=WaiverAnswered.name,
            evaluation=row.evaluation,
            subject_id=row.pk,
            occurrence="",
            recipient=row.asked_by,
        )


def lock_request(row: WaiverRequest) -> WaiverRequest:
    """The request as it is now, its evaluation locked until the transaction ends."""
    evaluation = lock(row.evaluation)
    found = WaiverRequest.objects.select_related("visit", "candidate", "asked_by")
    fresh = found.get(pk=row.pk)
    fresh.visit.evaluation = evaluation
    if fresh.candidate is not None:
        fresh.candidate.evaluation = evaluation
    return fresh


def require_waiting(row: WaiverRequest) -> None:
    """Refuse what can no longer be answered."""
    if row.answer:
        raise Refused(f"This request was {row.get_answer_display().lower()} already.")
    if not row.is_waiting:
        raise Refused("What this request was about is over.")


def _asked(row: WaiverRequest, reason: str, by: By) -> WaiverRequest:
    """Save it, write the journal and owe leadership a mail."""
    user = actor_of(by).user
    if user is None:
        raise Refused("Only a person asks for a waiver.")
    row.asked_by, row.reason = user, need(reason, "reason", GIVE_A_REASON)
    checked(row)
    row.save()
    evaluation = row.evaluation
    journal.record(
        evaluation=evaluation,
        action="waiver_request.asked",
        subject=row,
        by=by,
        after={"thing": row.thing, "stage": evaluation.stage},
        reason=row.reason,
    )
    for leader in answerers(evaluation, tells=row.tells).exclude(pk=user.pk):
        owe_now(
            kind=WaiverAsked.name,
            evaluation=evaluation,
            subject_id=row.pk,
            occurrence="",
            recipient=leader,
        )
    return row
