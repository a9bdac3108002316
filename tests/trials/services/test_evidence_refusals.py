"""Who may not judge, when it is too early, and what is no verdict."""

from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, User
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Evidence
from trials.services.demos import add_dazzle
from trials.services.scripts import add_script_item, draw_up_script
from trials.services.trials import close_trial
from vendors.models import Candidate
from vendors.services.candidates import clear_conflict, declare_conflict, eliminate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform("must", "should"))


@pytest.mark.parametrize("who", [common.noor, common.otto])
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_people_without_a_part_record_nothing(acme: Candidate, who: Any) -> None:
    with pytest.raises(Forbidden):
        trials.verdict(trials.claim_of(acme), by=who())
    assert not Evidence.objects.exists()


def test_a_declared_interest_bars_until_the_owner_clears_it(acme: Candidate) -> None:
    where = acme.evaluation
    ivan: User = stakeholders.holder("it")
    conflict = declare_conflict(
        candidate=acme,
        has_interest=True,
        statement="My brother works there.",
        by=ivan,
    )
    with pytest.raises(Forbidden, match="interest"):
        trials.verdict(trials.claim_of(acme), by=ivan)
    clear_conflict(conflict=conflict, reason="He left.", by=where.owner)
    assert trials.verdict(trials.claim_of(acme), by=ivan)


@pytest.mark.parametrize(
    ("stage", "source", "allowed"),
    [
        ("research", "research", True),
        ("research", "demo", False),
        ("research", "trial", False),
        ("demos", "research", True),
        ("demos", "demo", True),
        ("demos", "trial", False),
        ("trials", "demo", True),
        ("trials", "trial", True),
        ("decision", "research", True),
        ("decision", "demo", True),
        ("decision", "trial", False),
    ],
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[trials-demo-True]",
)
def test_each_source_has_its_stages(
    acme: Candidate, stage: str, source: str, allowed: bool
) -> None:
    if stage == "trials":
        vendors.enter(acme.evaluation, stage)
        trials.trial(acme)
    vendors.enter(acme.evaluation, stage)
    if allowed:
        assert trials.verdict(trials.claim_of(acme), source).source == source
    else:
        entries = Entry.objects.count()
        with pytest.raises(Refused, match="stage"):
            trials.verdict(trials.claim_of(acme), source)
        assert Entry.objects.count() == entries


def test_a_demo_is_judged_only_once_it_was_held(acme: Candidate) -> None:
    vendors.enter(acme.evaluation, "demos")
    arranged = trials.demo(acme)
    item = draw_up_script(demo=arranged, by=acme.evaluation.owner)[0]
    with pytest.raises(Refused, match="not been held"):
        trials.verdict(trials.claim_of(acme), "demo", script_item=item)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_demo_is_judged_only_once_it_was_held",
)
def test_evidence_belongs_to_the_item_that_it_names(acme: Candidate) -> None:
    where = acme.evaluation
    globex = trials.claimed(where, name="Globex ML")
    vendors.enter(where, "demos")
    arranged = trials.demo(acme)
    dazzle = add_dazzle(demo=arranged, text="A talking robot", by=where.owner)
    item = add_script_item(
        demo=arranged,
        requirement=where.requirements.get(ref="R2"),
        question="Show R2",
        by=where.owner,
    )
    for claim, wrong in (
        (trials.claim_of(acme), item),
        (trials.claim_of(globex, "R2"), item),
        (trials.claim_of(acme), dazzle),
    ):
        with pytest.raises(Invalid, match="another candidate or requirement"):
            trials.verdict(claim, "demo", script_item=wrong)
    with pytest.raises(Invalid, match="belongs to evidence from demo"):
        trials.verdict(trials.claim_of(acme, "R2"), "research", script_item=item)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_trial_evidence_needs_an_agreed_trial_that_is_under_way(
    acme: Candidate,
) -> None:
    vendors.enter(acme.evaluation, "trials")
    claim = trials.claim_of(acme)
    with pytest.raises(Refused, match="no trial under way"):
        trials.verdict(claim, "trial")
    planned = trials.trial(acme)
    criterion = planned.criteria.get()
    assert trials.verdict(claim, "trial", criterion=criterion).criterion == criterion
    close_trial(trial=planned, summary="It held.", by=acme.evaluation.owner)
    with pytest.raises(Refused, match="no trial under way"):
        trials.verdict(claim, "trial", criterion=criterion)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("source", {"source": "gossip"}),
        ("verdict", {"verdict": "maybe"}),
        ("verdict", {"source": "research", "verdict": "not_shown"}),
        ("note", {"verdict": "fails", "note": " "}),
        ("note", {"note": ""}),
        ("note", {"note": "a\x00b"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("url", {"url": "https://user@example.org/"}),
    ],
)
def test_what_is_no_verdict_is_refused_by_field(
    acme: Candidate, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        trials.verdict(trials.claim_of(acme), **values)
    assert list(caught.value.errors) == [field]
    assert not Evidence.objects.exists()


def test_an_eliminated_candidate_is_not_judged(acme: Candidate) -> None:
    eliminate(candidate=acme, reason="Too small.", by=acme.evaluation.owner)
    with pytest.raises(Refused, match="Too small"):
        trials.verdict(trials.claim_of(acme))
