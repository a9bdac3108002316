"""Criteria and script items have the measure of their requirement, or their own."""

from typing import Any

import pytest

from evaltracker.errors import Invalid
from tests.factories import trials, vendors
from tests.measures.cases import LATENCY, WORDS, kept, measured
from trials.models import ContractChange, Trial
from trials.selectors.trials import contract_of, contract_text
from trials.services.contracts import check_propose_contract
from trials.services.criteria import add_criterion, change_criterion, copy_criteria
from trials.services.scripts import add_script_item, draw_up_script
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    where = trials.platform("must", "should")
    measured(where.requirements.get(ref="R1"))
    trials.claimed(where, name="Globex ML")
    return trials.claimed(where)


@pytest.fixture
def planned(acme: Candidate) -> Trial:
    vendors.enter(acme.evaluation, "trials")
    return trials.trial(acme, "R2", agreed=False)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_a_criterion_has_the_measure_of_its_requirement_as_its_number(
    planned: Trial,
) -> None:
    where = planned.candidate.evaluation
    asked = where.requirements.get(ref="R1")
    made = add_criterion(trial=planned, requirement=asked, text="Fast", by=where.owner)
    assert made.measure == kept()
    assert made.number == WORDS
    assert f"R1: Fast. Must reach: {WORDS}." in contract_text(planned)
    check_propose_contract(planned, where.owner)
    before = contract_of(planned).digest
    change_criterion(criterion=made, measure={**LATENCY, "bound": 19}, by=where.owner)
    assert contract_of(planned).digest != before


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_script_that_is_drawn_up_shows_it_and_an_added_item_has_it",
)
def test_it_may_have_another_or_none_and_then_a_number_in_words(
    planned: Trial,
) -> None:
    where = planned.candidate.evaluation
    terms: Any = {"trial": planned, "requirement": where.requirements.get(ref="R1")}
    own = {**LATENCY, "bound": "30", "tolerance": None}
    other = add_criterion(**terms, text="Slow", measure=own, by=where.owner)
    assert other.number == "p95 latency at most 30 ms"
    prose = add_criterion(
        **terms, text="Words", measure={}, threshold="12 of 12", by=where.owner
    )
    assert (prose.measure, prose.number) == ({}, "12 of 12")
    with pytest.raises(Invalid) as refused:
        add_criterion(**terms, text="Half", measure={"bound": "3"}, by=where.owner)
    assert "measure_unit" in refused.value.errors


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_once_agreed_it_changes_only_with_a_reason(acme: Candidate) -> None:
    vendors.enter(acme.evaluation, "trials")
    agreed = trials.trial(acme, "R1")
    criterion, owner = agreed.criteria.get(), acme.evaluation.owner
    change: Any = {
        "criterion": criterion,
        "measure": {**LATENCY, "bound": 19},
        "by": owner,
    }
    with pytest.raises(Invalid, match="give a reason"):
        change_criterion(**change)
    change_criterion(**change, reason="Measured again.")
    assert ContractChange.objects.get(trial=agreed).reason == "Measured again."
    criterion.refresh_from_db()
    assert criterion.measure["bound"] == "19"


def test_a_script_that_is_drawn_up_shows_it_and_an_added_item_has_it(
    acme: Candidate,
) -> None:
    owner = acme.evaluation.owner
    vendors.enter(acme.evaluation, "demos")
    demo = trials.demo(acme)
    items = draw_up_script(demo=demo, by=owner)
    assert {item.requirement.ref: item.measure for item in items if item.requirement}[
        "R1"
    ] == kept()
    items[0].delete()
    asked = acme.evaluation.requirements.get(ref=items[0].requirement.ref)  # type: ignore[union-attr]
    item = add_script_item(demo=demo, question="How fast?", requirement=asked, by=owner)
    assert item.measure_words == asked.measure_words
    assert add_script_item(demo=demo, question="Why?", by=owner).measure == {}


def test_copied_criteria_keep_their_measures(planned: Trial) -> None:
    where = planned.candidate.evaluation
    rival = where.candidates.get(name="Globex ML")
    other = trials.trial(rival, "R2", agreed=False)
    own = {**LATENCY, "bound": "30"}
    asked = where.requirements.get(ref="R1")
    terms: Any = {"trial": planned, "requirement": asked, "by": where.owner}
    add_criterion(**terms, text="Slow", measure=own)
    add_criterion(**terms, text="Words", measure={}, threshold="12 of 12")
    copy_criteria(trial=planned, by=where.owner)
    copied = other.criteria.filter(requirement=asked).order_by("position")
    assert [one.measure.get("bound") for one in copied] == ["30", None]
