"""Moving an evaluation: the only module that assigns a stage."""

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import (
    check_owned,
    lock,
    require_open,
    require_owner,
)
from evaltracker.workflow.gates import GATES
from evaltracker.workflow.gates.reports import blockers
from evaltracker.workflow.models import Waiver, WaiverRequest
from evaltracker.workflow.services.waiver_requests import grant_waiting
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import parts
from vendors.services.opening import drop_asked_opening

EARLIER_ONLY = "It can only be sent back to an earlier stage."


def check_advance(evaluation: Evaluation, by: By) -> None:
    """The owner moves it on while it is open; a test invitation stays in research."""
    check_owned(evaluation, by)
    require_no_test(evaluation)


def check_cancel(evaluation: Evaluation, by: By) -> None:
    """The owner, while it is open; a test invitation also ends by itself."""
    if not (evaluation.is_practice and by == SYSTEM):
        require_owner(by, evaluation)
    require_open(evaluation)


def check_send_back(evaluation: Evaluation, by: By) -> None:
    """The owner sends it back from every stage but the first."""
    check_owned(evaluation, by)
    require_no_test(evaluation)
    if evaluation.stage == Stage.REQUIREMENTS:
        raise Refused(EARLIER_ONLY)


def check_waive_gate(evaluation: Evaluation, by: User) -> Stakeholder:
    """The part in which leadership waives a rule, while it is open."""
    holder = parts(by, evaluation).filter(role=Role.LEADERSHIP).first()
    if holder is None:
        raise Forbidden("Only leadership may waive a rule.")
    require_open(evaluation)
    return holder


@transaction.atomic
def advance(*, evaluation: Evaluation, from_stage: str, by: By) -> Evaluation:
    """Move to the next stage, if every gate of `from_stage` is silent or waived.

    1. Lock the evaluation's row, so that of many only one moves it.
    2. Check that it still is where the caller saw it.
    3. Ask every gate again under the lock.
    4. End the visit, open the next one, write the journal.

    Raises:
        Forbidden: not the owner.
        Refused: moved meanwhile, a gate is closed, it is the last stage, or a test.

    """
    evaluation = lock(evaluation)
    check_advance(evaluation, by)
    if evaluation.stage != from_stage:
        raise Refused(
            f"It is in {evaluation.get_stage_display().lower()} already; somebody "
            "moved it meanwhile.",
            code="moved_meanwhile",
        )
    if evaluation.stage == Stage.DECISION:
        raise Refused("The last stage ends with the decision.")
    require_silent_gates(evaluation)
    following = list(Stage)[Stage(evaluation.stage).position + 1]
    enter(evaluation, following, VisitEnd.ADVANCED, by)
    return evaluation


def require_no_test(evaluation: Evaluation) -> None:
    """Refuse to move a test invitation."""
    if evaluation.is_practice:
        raise Refused(
            "This is a test invitation: it stays in research, and ends by itself once "
            "answering is over."
        )


def require_silent_gates(evaluation: Evaluation) -> None:
    """Refuse with the first blocker, and how many more there are."""
    found = blockers(evaluation)
    if found:
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise Refused(
            f"It cannot go on yet. {found[0].sentence}{more}", code="gate_closed"
        )


@transaction.atomic
def send_back(
    *, evaluation: Evaluation, to_stage: str, reason: str, by: By
) -> Evaluation:
    """Go back to an earlier stage; what was signed stays and stops counting."""
    evaluation = lock(evaluation)
    check_send_back(evaluation, by)
    require_reason(reason)
    if Stage(to_stage).position >= Stage(evaluation.stage).position:
        raise Refused(EARLIER_ONLY)
    drop_asked_opening(evaluation=evaluation, by=by, because="It was sent back.")
    enter(evaluation, Stage(to_stage), VisitEnd.SENT_BACK, by, reason)
    return evaluation


@transaction.atomic
def cancel(*, evaluation: Evaluation, reason: str, by: By) -> Evaluation:
    """End an evaluation without a decision."""
    evaluation = lock(evaluation)
    check_cancel(evaluation, by)
    require_reason(reason)
    drop_asked_opening(evaluation=evaluation, by=by, because="It was cancelled.")
    leave(evaluation, VisitEnd.CANCELLED, by, reason)
    evaluation.status = Status.CANCELLED
    evaluation.save(update_fields=["status"])
    journal.record(
        evaluation=evaluation,
        action="evaluation.cancelled",
        subject=evaluation,
        by=by,
        before={"status": Status.OPEN},
        after={"status": Status.CANCELLED},
        reason=reason,
    )
    return evaluation


@transaction.atomic
def waive_gate(*, evaluation: Evaluation, gate: str, reason: str, by: User) -> Waiver:
    """Let a closed gate pass on this visit; the memo prints the reason.

    Raises:
        Forbidden: `by` is not leadership here.
        Refused: another stage's gate, one that cannot be waived, or done already.

    """
    evaluation = lock(evaluation)
    holder = check_waive_gate(evaluation, by)
    require_reason(reason)
    rule = GATES.get(gate)
    if rule is None or rule.stage != evaluation.stage:
        raise Refused("That rule does not belong to the stage that it is in.")
    if not rule.waivable:
        raise Refused(f"This rule cannot be waived: {rule.rule}")
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    if Waiver.objects.filter(visit=visit, gate=gate).exists():
        raise Refused("This rule is waived already.")
    waiver = Waiver.objects.create(
        visit=visit, gate=gate, rule=rule.rule, reason=reason.strip(), waived_by=holder
    )
    journal.record(
        evaluation=evaluation,
        action="gate.waived",
        subject=waiver,
        by=by,
        after={"gate": gate, "rule": rule.rule, "stage": visit.stage},
        reason=reason,
        rows=[waiver],
    )
    grant_waiting(WaiverRequest.objects.of_gate(visit, gate), waiver.reason, by)
    return waiver


def enter(
    evaluation: Evaluation, stage: Stage, ended: VisitEnd, by: By, reason: str = ""
) -> None:
    """End the visit and open the next one in `stage`."""
    before = evaluation.stage
    visit = leave(evaluation, ended, by, reason)
    evaluation.stage = stage
    evaluation.save(update_fields=["stage"])
    Visit.objects.create(
        evaluation=evaluation,
        number=visit.number + 1,
        stage=stage,
        entered_by=actor_of(by).user or evaluation.owner,
    )
    journal.record(
        evaluation=evaluation,
        action=f"stage.{ended}",
        subject=evaluation,
        by=by,
        before={"stage": before, "visit": visit.number},
        after={"stage": stage, "visit": visit.number + 1},
        reason=reason,
    )


def leave(evaluation: Evaluation, ended: VisitEnd, by: By, reason: str) -> Visit:
    """End the visit that is going on."""
    visit = Visit.objects.get(evaluation=evaluation, left_at__isnull=True)
    visit.left_at = timezone.now()
    visit.left_by = actor_of(by).user
    visit.ended = ended
    visit.reason = reason
    visit.save(update_fields=["left_at", "left_by", "ended", "reason"])
    return visit


def require_reason(reason: str) -> None:
    """Refuse to do it without a word of why."""
    if not reason.strip():
        raise Invalid("Give a reason.", errors={"reason": ["Give a reason."]})
