"""A gate that has nothing to look at yet says so in place of holding."""

import pytest

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.gates.context import GateReport, gate_reports
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors

pytestmark = pytest.mark.django_db


def reports(where: Evaluation) -> dict[str, GateReport]:
    return {report.gate.name: report for report in gate_reports(where)}


def test_on_day_one_nothing_is_weighed_or_tied_and_nobody_says_it_holds() -> None:
    where = common.evaluation()
    found = reports(where)
    assert found["categories_weighted"].nothing == "There is no requirement yet."
    assert found["must_haves_tied"].nothing == "No requirement is a must-have yet."
    assert found["brief_complete"].nothing == ""
    body = signed_in(where.owner).get(f"/admin/e/{where.slug}/").content.decode()
    assert "Nothing to check yet. There is no requirement yet." in body
    assert body.count(">Holds:<") == 1  # the brief


def test_it_holds_once_there_is_something_to_look_at() -> None:
    where = common.evaluation()
    common.requirement(where, "R1", "must")
    found = reports(where)
    assert {found[name].nothing for name in found} == {""}


@pytest.mark.parametrize(
    ("stage", "silent"),
    [
        ("research", {"no_open_question", "cost_coverage_known", "research_signed"}),
        ("demos", {"far_apart_scores_settled", "demos_signed"}),
        ("trials", {"no_open_deal_breaker", "late_scores_settled"}),
        (
            "decision",
            {
                "choice_not_knocked_out",
                "within_budget",
                "conditions_closed",
                "decision_conditions_closed",
            },
        ),
    ],
)
def test_what_has_nothing_to_look_at_stands_in_no_way(
    stage: str, silent: set[str]
) -> None:
    where = trials.platform(stage=stage)
    found = reports(where)
    assert {name for name, report in found.items() if report.nothing} == silent
    assert all(found[name].open for name in silent)


def test_signatures_that_were_asked_for_are_looked_at() -> None:
    where = trials.platform()
    stakeholders.sign_off_rules(where, "demos", roles=("leadership",))
    vendors.enter(where, "demos")
    assert reports(where)["demos_signed"].nothing == ""
