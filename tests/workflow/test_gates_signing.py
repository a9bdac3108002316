"""What waits for people's word, in stages where nobody has to be asked and at the end.

The other signing gates are tested with the gates of their stage.
"""

import pytest
from django.utils import timezone

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates import GATES, GateContext, gates_of
from evaltracker.workflow.gates.context import first_closed
from evaltracker.workflow.gates.rules import (
    conditions_closed,
    decision_conditions_closed,
    demos_signed,
    research_signed,
)
from stakeholders.models import SignOff
from stakeholders.services.sign_offs import ConditionAsked, close_condition
from tests.factories import common, stakeholders, vendors
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    made = common.evaluation()
    common.requirement(made)
    stakeholders.stakeholders(made)
    return made


def with_condition(where: Evaluation) -> SignOff:
    asked = ConditionAsked("Exit clause", where.owner, timezone.localdate())
    return sign_as(where, "it", "conditions", reason="If", conditions=[asked])


@pytest.mark.parametrize("stage", Stage)
def test_signing_gates_stand_last_in_their_stage(stage: Stage) -> None:
    signing = [gate.signing for gate in gates_of(stage)]
    assert signing == sorted(signing)
    assert any(signing)


def test_research_signed_asks_only_whom_a_rule_names(where: Evaluation) -> None:
    vendors.enter(where, "research")
    assert list(research_signed(GateContext(where))) == []
    stakeholders.sign_off_rules(where, "research", roles=("it",))
    (blocker,) = research_signed(GateContext(where))
    assert "1 more approval needed from Ivan" in blocker.sentence
    sign_as(where, "it")
    assert list(research_signed(GateContext(where))) == []


def test_demos_signed_asks_only_whom_a_rule_names(where: Evaluation) -> None:
    vendors.enter(where, "demos")
    assert list(demos_signed(GateContext(where))) == []
    stakeholders.sign_off_rules(where, "demos", roles=("it",))
    assert len(list(demos_signed(GateContext(where)))) == 1
    sign_as(where, "it", "decline", reason="Shown on their data")
    (blocker,) = demos_signed(GateContext(where))
    assert "declined: Shown on their data" in blocker.sentence


def test_conditions_closed_waits_for_those_of_earlier_stages(
    where: Evaluation,
) -> None:
    stakeholders.sign_off_rules(where, roles=("it",))
    given = with_condition(where)
    vendors.enter(where, "decision")
    (blocker,) = conditions_closed(GateContext(where))
    assert "Exit clause" in blocker.sentence
    assert list(decision_conditions_closed(GateContext(where))) == []
    close_condition(condition=given.conditions.get(), note="Clause 12", by=where.owner)
    assert list(conditions_closed(GateContext(where))) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_decision_conditions_closed_waits_for_those_of_the_memo(
    where: Evaluation,
) -> None:
    stakeholders.sign_off_rules(where, "decision", roles=("it",))
    vendors.open_prices(vendors.enter(where, "decision"))
    given = with_condition(where)
    (blocker,) = decision_conditions_closed(GateContext(where))
    assert "Exit clause" in blocker.sentence
    # It keeps nobody else from being asked to sign.
    assert list(conditions_closed(GateContext(where))) == []
    close_condition(condition=given.conditions.get(), note="Clause 12", by=where.owner)
    assert list(decision_conditions_closed(GateContext(where))) == []


def test_the_first_closed_gate_is_told_with_its_blocker(where: Evaluation) -> None:
    stakeholders.sign_off_rules(where, roles=("it",))
    closed = first_closed(GateContext(where))
    assert closed is not None
    assert closed[0] == GATES["requirements_signed"]
    sign_as(where, "it")
    assert first_closed(GateContext(where)) is None
