"""Trials on terms that were agreed before day one."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, User
from tests.factories import common, stakeholders, trials, vendors
from trials.choices import MilestoneState
from trials.services.contracts import propose_contract
from trials.services.criteria import add_criterion, change_criterion, remove_criterion
from trials.services.milestones import add_milestone
from trials.services.trials import change_trial, close_trial, plan_trial
from vendors.models import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must", "should"))
    vendors.enter(option.evaluation, "trials")
    return option


@pytest.fixture
def elif_() -> User:
    return stakeholders.holder("engineering")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_plan_is_journaled_and_changes_until_it_is_agreed(
    acme: Candidate, elif_: User
) -> None:
    planned = trials.trial(acme, agreed=False)
    assert planned.lead == elif_
    changed = change_trial(trial=planned, workload="Another load.", by=elif_)
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "trial.changed"
    assert entry.after["workload"] == changed.workload == "Another load."
    trials.agreed_by_all(planned)
    with pytest.raises(Refused, match="agreed"):
        change_trial(trial=planned, workload="A third.", by=elif_)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_agreeing_keeps_the_whole_contract_in_the_journal(
    acme: Candidate, elif_: User
) -> None:
    trials.trial(acme, "R1", "R2")
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "trial.agreed"
    assert entry.after["exit_plan"] == trials.CONTRACT["exit_plan"]
    assert "- R1: R1 works under load." in entry.after["contract"]
    assert "- R2: R2 works under load." in entry.after["contract"]


def test_a_contract_with_a_blank_part_cannot_be_agreed(acme: Candidate) -> None:
    with pytest.raises(Refused, match="people hours, exit plan"):
        trials.trial(acme, exit_plan="", people_hours=" ")


def test_a_contract_without_a_criterion_cannot_be_agreed(acme: Candidate) -> None:
    planned = trials.trial(acme, agreed=False)
    remove_criterion(criterion=planned.criteria.get(), by=acme.evaluation.owner)
    with pytest.raises(Refused, match="at least one success criterion"):
        propose_contract(trial=planned, by=acme.evaluation.owner)


def test_only_lead_and_owner_run_a_trial(acme: Candidate) -> None:
    planned = trials.trial(acme, agreed=False)
    ivan = stakeholders.holder("it")
    for attempt in (
        lambda: change_trial(trial=planned, title="Mine", by=ivan),
        lambda: propose_contract(trial=planned, by=ivan),
        lambda: close_trial(trial=planned, summary="Done", by=ivan),
        lambda: trials.criterion(planned, by=ivan),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_lead_has_a_part_and_a_trial_ends_after_it_starts(acme: Candidate) -> None:
    with pytest.raises(Invalid) as caught:
        trials.trial(acme, lead=common.noor())
    assert "lead" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        trials.trial(acme, ends_on=datetime.date(2020, 1, 1))
    assert "ends_on" in caught.value.errors


def test_trials_are_planned_from_demos_on(acme: Candidate) -> None:
    where = acme.evaluation
    for stage, allowed in (("research", False), ("demos", True), ("decision", False)):
        vendors.enter(where, stage)
        plan: dict[str, Any] = {
            "candidate": acme,
            "title": stage,
            "starts_on": datetime.date(2027, 1, 1),
            "ends_on": datetime.date(2027, 1, 31),
            "lead": where.owner,
            "workload": "All of it",
            "by": where.owner,
        }
        if allowed:
            assert plan_trial(**plan).zone == where.zone
        else:
            with pytest.raises(Refused, match="stage"):
                plan_trial(**plan)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_once_agreed_criteria_change_only_with_a_reason(
    acme: Candidate, elif_: User
) -> None:
    running = trials.trial(acme)
    criterion = running.criteria.get()
    requirement = criterion.requirement
    with pytest.raises(Invalid, match="give a reason for changing its criteria"):
        change_criterion(criterion=criterion, threshold="50 a day", by=elif_)
    with pytest.raises(Invalid, match="give a reason for changing its criteria"):
        add_criterion(trial=running, requirement=requirement, text="More", by=elif_)
    change_criterion(
        criterion=criterion, threshold="50 a day", reason="Smaller test.", by=elif_
    )
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert (entry.action, entry.reason) == ("criterion.changed", "Smaller test.")
    assert entry.before["threshold"] == "100 runs a day"
    with pytest.raises(Refused, match="at least one"):
        remove_criterion(criterion=criterion, reason="Too hard.", by=elif_)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_contract_without_a_criterion_cannot_be_agreed",
)
def test_a_criterion_that_was_judged_stands(acme: Candidate, elif_: User) -> None:
    criterion = trials.trial(acme).criteria.get()
    trials.verdict(trials.claim_of(acme), "trial", criterion=criterion)
    with pytest.raises(Refused, match="was judged"):
        change_criterion(criterion=criterion, text="Easier", reason="Why?", by=elif_)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_contract_without_a_criterion_cannot_be_agreed",
)
def test_a_trial_closes_when_every_criterion_is_judged(
    acme: Candidate, elif_: User
) -> None:
    running = trials.trial(acme, "R1", "R2")
    first, second = running.criteria.all()
    trials.verdict(trials.claim_of(acme), "trial", criterion=first)
    with pytest.raises(Refused, match="Not judged yet: R2"):
        close_trial(trial=running, summary="Good.", by=elif_)
    trials.verdict(trials.claim_of(acme, "R2"), "trial", "partly", criterion=second)
    with pytest.raises(Invalid):
        close_trial(trial=running, summary=" ", by=elif_)
    closed = close_trial(trial=running, summary="Good.", by=elif_)
    assert closed.closed_at
    with pytest.raises(Refused, match="closed"):
        close_trial(trial=running, summary="Better.", by=elif_)


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_trials_are_planned_from_demos_on",
)
def test_closing_calls_off_the_milestones_that_are_still_open(
    acme: Candidate, elif_: User
) -> None:
    running = trials.trial(acme)
    milestone = add_milestone(
        evaluation=acme.evaluation,
        trial=running,
        title="Half time",
        owner_user=elif_,
        due_on=datetime.date(2099, 1, 1),
        due_time=datetime.time(9),
        by=elif_,
    )
    trials.verdict(trials.claim_of(acme), "trial", criterion=running.criteria.get())
    close_trial(trial=running, summary="Good.", by=elif_)
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.CANCELLED
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.after["milestones_called_off"] == ["Half time"]
