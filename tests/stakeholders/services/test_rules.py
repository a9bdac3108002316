"""Who must sign: what is usual, what the owner makes of it, what stays."""

from collections.abc import Iterable

import pytest

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.templates import start_evaluation
from stakeholders.models import SignOffRule
from stakeholders.services.people import set_sign_off_rule
from stakeholders.services.roles import ask_usual_roles
from tests.clients import signed_in
from tests.factories import common, stakeholders
from tests.factories.workflow import sign_as

pytestmark = pytest.mark.django_db
USUAL = {
    (stage, role)
    for stage in ("requirements", "trials", "decision")
    for role in ("it", "devops", "pm", "leadership")
}


def rules(where: Evaluation) -> set[tuple[str, str]]:
    rows: Iterable[SignOffRule] = where.sign_off_rules.filter(required=1)
    return {(row.stage, row.role) for row in rows}


def test_four_roles_sign_three_stages_where_nobody_says_otherwise(db: None) -> None:
    form = {"title": "Choose a vault", "buyer": "Us", "zone": "UTC", "currency": "EUR"}
    answer = signed_in(common.lina()).post("/admin/act/start-evaluation/", form)
    assert answer.status_code == 302
    assert rules(Evaluation.objects.get()) == USUAL


def test_what_is_usual_leaves_what_stands(db: None) -> None:
    where = start_evaluation(title="One", buyer="Us", by=common.lina())
    set_sign_off_rule(
        evaluation=where, stage="trials", role="it", required=3, by=where.owner
    )
    ask_usual_roles(evaluation=where, by=where.owner)
    assert where.sign_off_rules.get(stage="trials", role="it").required == 3
    where.sign_off_rules.all().delete()
    with pytest.raises(Forbidden):
        ask_usual_roles(evaluation=where, by=stakeholders.holder("it"))


def test_a_rule_that_was_signed_on_stays(where: Evaluation) -> None:
    sign_as(where, "it")

    def drop(role: str) -> object:
        return set_sign_off_rule(
            evaluation=where,
            stage="requirements",
            role=role,
            required=0,
            by=where.owner,
        )

    assert drop("pm") is None
    with pytest.raises(Refused):
        drop("it")
