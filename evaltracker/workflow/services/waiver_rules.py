"""When a waiver may be asked for, and who may answer."""

from django.db.models import QuerySet

from evaltracker.errors import Refused, why_not
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.workflow.gates import Gate
from evaltracker.workflow.gates.reports import GateReport, gate_reports
from evaltracker.workflow.models import WaiverRequest
from stakeholders.policy import leaders
from trials.services.excuses import check_excuse_knock_out
from vendors.models import Candidate
from vendors.policy import check_judges, unbarred

ASKED_ALREADY = "You asked for this waiver already; it waits for leadership."


def answerers(evaluation: Evaluation, *, tells: bool) -> QuerySet[User]:
    """Who of leadership may answer a request now."""
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
    """The gates of this stage for which a waiver can be asked now."""
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
    """Refuse to ask nobody."""
    if not answerers(evaluation, tells=tells).exists():
        raise Refused(
            "Nobody who holds the Leadership role can answer. Add a stakeholder first."
        )
