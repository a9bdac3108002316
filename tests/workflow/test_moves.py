"""Moving an evaluation: forward through silent gates, back with a reason, or out."""

import pytest

from evaltracker.decision.models import Waiver
from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import Stage, Status, VisitEnd
from evaltracker.evaluations.models import Entry, Evaluation, Visit
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.gates.context import blockers, gate_reports
from evaltracker.workflow.services.stages import advance, cancel, send_back, waive_gate
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import ready_to_advance, sign_as

pytestmark = pytest.mark.django_db


def test_silent_gates_let_it_advance_by_one_stage_and_one_entry() -> None:
    where = ready_to_advance()
    moved = advance(evaluation=where, from_stage="requirements", by=where.owner)
    assert moved.stage == Stage.RESEARCH
    old, new = Visit.objects.filter(evaluation=where)
    assert (old.ended, old.left_by, new.stage) == ("advanced", where.owner, "research")
    assert Entry.objects.filter(action="stage.advanced").count() == 1


def test_an_open_blocker_keeps_it_where_it_is() -> None:
    where = common.evaluation(budget=None)
    with pytest.raises(Refused) as refusal:
        advance(evaluation=where, from_stage="requirements", by=where.owner)
    assert refusal.value.code == "gate_closed"
    assert "budget" in refusal.value.sentence
    where.refresh_from_db()
    assert where.stage == Stage.REQUIREMENTS


def test_who_saw_it_in_another_stage_is_told_that_it_moved() -> None:
    where = ready_to_advance()
    advance(evaluation=where, from_stage="requirements", by=where.owner)
    with pytest.raises(Refused) as refusal:
        advance(evaluation=where, from_stage="requirements", by=where.owner)
    assert refusal.value.code == "moved_meanwhile"


@pytest.mark.parametrize("who", ["leadership", "operator", "nobody"])
def test_only_the_owner_advances_it(who: str) -> None:
    where = ready_to_advance()
    people = {
        "leadership": stakeholders.holder("leadership"),
        "operator": common.otto(),
        "nobody": common.noor(),
    }
    with pytest.raises(Forbidden):
        advance(evaluation=where, from_stage="requirements", by=people[who])


def test_the_decision_stage_is_left_by_deciding_only() -> None:
    where = vendors.enter(common.evaluation(), "decision")
    with pytest.raises(Refused, match="ends with the decision"):
        advance(evaluation=where, from_stage="decision", by=where.owner)


def test_sent_back_it_asks_everybody_anew_and_keeps_what_was_signed() -> None:
    where = ready_to_advance()
    advance(evaluation=where, from_stage="requirements", by=where.owner)
    back = send_back(
        evaluation=where, to_stage="requirements", reason="Unclear", by=where.owner
    )
    assert back.stage == Stage.REQUIREMENTS
    assert where.visits.get(number=2).ended == VisitEnd.SENT_BACK
    assert any("Ivan" in blocker.sentence for blocker in blockers(back))
    assert where.visits.get(number=1).sign_offs.count() == 1


@pytest.mark.parametrize("stage", ["requirements", "research"])
def test_it_cannot_be_sent_back_to_where_it_is_or_forward(stage: str) -> None:
    where = common.evaluation()
    with pytest.raises(Refused, match="earlier"):
        send_back(evaluation=where, to_stage=stage, reason="x", by=where.owner)


def test_going_back_and_cancelling_need_a_reason() -> None:
    where = vendors.enter(common.evaluation(), "research")
    with pytest.raises(Invalid):
        send_back(evaluation=where, to_stage="requirements", reason=" ", by=where.owner)
    with pytest.raises(Invalid):
        cancel(evaluation=where, reason="", by=where.owner)


def test_a_cancelled_evaluation_takes_no_more_changes() -> None:
    where = common.evaluation()
    where = cancel(evaluation=where, reason="No money", by=where.owner)
    assert where.status == Status.CANCELLED
    with pytest.raises(Refused, match="cancelled"):
        change_brief(evaluation=where, by=where.owner, problem="Again")


def waivable() -> Evaluation:
    where = common.evaluation(budget=None)
    common.requirement(where)
    stakeholders.stakeholders(where)
    stakeholders.sign_off_rules(where, roles=("it",))
    sign_as(where, "it")
    return where


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_signing.py"
    "::test_the_first_closed_gate_is_told_with_its_blocker",
)
def test_leadership_waives_a_gate_and_the_rule_is_kept_as_it_read() -> None:
    where = waivable()
    waive_gate(
        evaluation=where,
        gate="brief_complete",
        reason="Budget comes in May",
        by=stakeholders.holder("leadership"),
    )
    (report,) = [
        gate_report for gate_report in gate_reports(where) if gate_report.waiver
    ]
    assert report.open
    assert report.blockers
    assert Waiver.objects.get().rule == report.gate.rule
    moved = advance(evaluation=where, from_stage="requirements", by=where.owner)
    assert moved.stage == Stage.RESEARCH


@pytest.mark.parametrize("who", ["owner", "it"])
def test_only_leadership_waives(who: str) -> None:
    where = waivable()
    by = where.owner if who == "owner" else stakeholders.holder("it")
    with pytest.raises(Forbidden):
        waive_gate(evaluation=where, gate="brief_complete", reason="x", by=by)


@pytest.mark.parametrize("gate", ["claims_closed", "no_such_gate"])
def test_a_gate_of_another_stage_cannot_be_waived(gate: str) -> None:
    where = waivable()
    with pytest.raises(Refused):
        waive_gate(
            evaluation=where,
            gate=gate,
            reason="x",
            by=stakeholders.holder("leadership"),
        )


@pytest.mark.parametrize(
    "gate", ["choice_made", "choice_not_knocked_out", "decision_signed"]
)
def test_nobody_waives_the_choice_or_its_signatures(gate: str) -> None:
    where = waivable()
    vendors.enter(where, "decision")
    with pytest.raises(Refused, match="cannot be waived"):
        waive_gate(
            evaluation=where,
            gate=gate,
            reason="x",
            by=stakeholders.holder("leadership"),
        )
