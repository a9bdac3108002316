"""Asking leadership to let a rule or a knock-out pass, and taking that back."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.decision.models import WaiverAnswer
from evaltracker.errors import Refused, why_not
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User, Visit
from evaltracker.evaluations.policy import change, check_owned, checked, lock
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.workflow.gates import Gate
from evaltracker.workflow.gates.table import GateReport, gate_reports
from evaltracker.workflow.models import WaiverRequest
from evaltracker.workflow.notices import WaiverAnswered, WaiverAsked
from stakeholders.policy import leaders
from trials.models import Excuse
from trials.policy import need, require_same
from trials.services.evidence import check_excuse_knock_out
from vendors.models import Candidate
from vendors.policy import check_judges, unbarred
from vendors.services.candidates import lock_candidate

ASKED_ALREADY = "You asked for this waiver already; it waits for leadership."


def answerers(evaluation: Evaluation, *, tells: bool) -> QuerySet[User]:
    people = leaders(evaluation)
    return unbarred(evaluation, people) if tells else people


def check_ask_for_waiver(evaluation: Evaluation, by: By) -> None:
    """The owner asks, while somebody of leadership is there to answer.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or nobody could answer.

    """
    check_owned(evaluation, by)
    require_answerers(evaluation, tells=False)
    if not askable_gates(evaluation, by):
        raise Refused("No rule that leadership could waive stands in the way now.")


def askable_gates(evaluation: Evaluation, by: By) -> list[Gate]:
    return [
        report.gate
        for report in gate_reports(evaluation)
        if why_not(require_askable, report, evaluation, by) is None
    ]


def check_ask_to_excuse(candidate: Candidate, requirement: Requirement, by: By) -> None:
    """The owner asks about a knock-out that stands, once.

    Raises:
        Forbidden: not the owner, or a conflict of interest.
        Refused: no knock-out, excused or asked for already, or nobody could answer.

    """
    evaluation = candidate.evaluation
    check_owned(evaluation, by)
    check_excuse_knock_out(candidate, requirement, by)
    require_answerers(evaluation, tells=True)
    asked = WaiverRequest.objects.of_cell(candidate, requirement)
    if asked.waiting().exists():
        raise Refused(ASKED_ALREADY)


def require_askable(report: GateReport, evaluation: Evaluation, by: By) -> None:
    """Refuse a gate that holds, that is waived or cannot be, or that was asked for.

    Raises:
        Forbidden: a conflict of interest, where it tells of answers.
        Refused: any of these, or nobody could answer.

    """
    gate = report.gate
    if gate.tells:
        check_judges(evaluation, by)
    if not gate.waivable:
        raise Refused(f"This rule cannot be waived: {gate.rule}")
    if report.waiver:
        raise Refused("This rule is waived already.")
    if not report.blockers:
        raise Refused("Nothing stands against this rule, so it needs no waiver.")
    if report.asked is not None and report.asked.is_waiting:
        raise Refused(ASKED_ALREADY)
    require_answerers(evaluation, tells=gate.tells)


def require_answerers(evaluation: Evaluation, *, tells: bool) -> None:
    if not answerers(evaluation, tells=tells).exists():
        raise Refused(
            "Nobody who holds the Leadership role can answer. Add a stakeholder first."
        )


GIVE_A_REASON = "Say why it should pass; leadership reads it."


def check_withdraw_waiver_request(waiver_request: WaiverRequest, by: By) -> None:
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
    asked = WaiverRequest.objects.of_cell(excuse.candidate, excuse.requirement)
    grant_waiting(asked, excuse.reason, by)


def grant_waiting(asked: QuerySet[WaiverRequest], reason: str, by: By) -> None:
    for row in asked.filter(answer="").select_related("visit__evaluation__owner"):
        close_request(row, WaiverAnswer.GRANTED, reason, by)


def close_request(row: WaiverRequest, answer: str, reason: str, by: By) -> None:
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
    if row.answer:
        raise Refused(f"This request was {row.get_answer_display().lower()} already.")
    if not row.is_waiting:
        raise Refused("What this request was about is over.")


def _asked(row: WaiverRequest, reason: str, by: By) -> WaiverRequest:
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
