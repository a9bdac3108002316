"""Criteria and milestones of a trial as grids, each cell by the form's service."""

import datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from evaltracker.evaluations.models import Entry
from evaltracker.pages.grid import grid_address
from evaltracker.toolbox.measures import kept_measure, read_measure
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.pages.grids.sending import cell, read, send
from trials.models import Criterion, Trial
from trials.services.criteria import CRITERIA_WHY as WHY

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(db: None) -> Trial:
    """A trial without criteria, led by somebody else than the owner."""
    where = trials.platform("must", "should")
    option = trials.claimed(where)
    vendors.enter(where, "trials")
    planned = trials.trial(option, agreed=False)
    planned.criteria.all().delete()
    return planned


def test_criteria_are_pasted_with_their_requirements_by_ref(trial: Trial) -> None:
    owner = trial.candidate.evaluation.owner
    rows: list[dict[str, Any]] = [
        {"text": "Trains in an hour", "threshold": "60 min", "requirement": "R1"},
        {"text": "Rolls back", "threshold": "", "requirement": "r2"},
    ]
    answer = send(owner, "criteria", trial, add=rows)
    assert answer.json()["sentence"] == "2 criteria added.", answer.json()
    made = trial.criteria.values_list("requirement__ref", "threshold")
    assert list(made) == [("R1", "60 min"), ("R2", "as the requirement says")]
    rows[0].pop("requirement")
    answer = send(owner, "criteria", trial, add=rows[:1])
    assert answer.status_code == 400
    assert answer.json()["refused"][0]["sentence"].startswith("Choose a requirement")


def test_a_measure_is_written_in_a_cell_as_it_reads(trial: Trial) -> None:
    owner = trial.candidate.evaluation.owner
    words = "p95 latency at most 20 ms, tolerance 2 ms"
    need = trial.candidate.evaluation.requirements.get(ref="R1")
    kept = kept_measure(read_measure(words))
    type(need).objects.filter(pk=need.pk).update(measure=kept)
    row = {"text": "Answers fast", "requirement": "R1", "measure": ""}
    assert send(owner, "criteria", trial, add=[row]).status_code == 200
    first = trial.criteria.get()
    [shown] = read(owner, "criteria", trial)["rows"]
    assert shown["cells"]["measure"] == words
    assert shown["missing"] == {}

    tighter = "p95 latency at most 15 ms"
    change = cell(first, "measure", words, "p95 latency <= 15 ms")
    answer = send(owner, "criteria", trial, cells=[change])
    assert answer.json()["rows"][0]["cells"]["measure"] == tighter
    first.refresh_from_db()
    assert first.measure["bound"] == "15"
    wrong = cell(first, "measure", tighter, "p95 latency at most 15 parsecs of tea")
    answer = send(owner, "criteria", trial, cells=[wrong])
    [refused] = answer.json()["refused"]
    assert refused["column"] == "measure"
    assert "is not a unit" in refused["sentence"]


def test_criteria_change_in_place_until_the_contract_is_agreed(trial: Trial) -> None:
    owner = trial.candidate.evaluation.owner
    first = trials.criterion(trial, by=owner)
    seen = first.threshold
    answer = send(
        owner, "criteria", trial, cells=[cell(first, "threshold", seen, "95%")]
    )
    assert answer.status_code == 200, answer.json()
    assert Entry.objects.latest("number").action == "criterion.changed"
    Trial.objects.filter(pk=trial.pk).update(
        agreed_at=datetime.datetime.now(datetime.UTC)
    )
    columns = read(owner, "criteria", trial)["columns"]
    assert {it["closed"] for it in columns} == {WHY}
    change = cell(first, "threshold", "95%", "1%")
    assert send(owner, "criteria", trial, cells=[change]).status_code == 400
    assert send(owner, "criteria", trial, add=[{"text": "x"}]).status_code == 400
    assert read(owner, "criteria", trial)["acts"] == []


def test_several_criteria_are_removed_without_a_reason(trial: Trial) -> None:
    owner = trial.candidate.evaluation.owner
    rows = [str(trials.criterion(trial, by=owner).pk) for _ in range(2)]
    act = {"name": "remove-criterion", "rows": rows, "values": {}}
    assert send(owner, "criteria", trial, act=act).json()["rows"] == []
    assert not Criterion.objects.filter(trial=trial).exists()


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_criteria_are_pasted_with_their_requirements_by_ref",
)
def test_milestones_are_pasted_given_and_settled(trial: Trial) -> None:
    owner, elif_ = trial.candidate.evaluation.owner, stakeholders.holder("engineering")
    rows = [
        {"title": "Data is loaded", "due_on": "2026-12-01", "owner_user": elif_.name},
        {"title": "First run"},
    ]
    answer = send(owner, "milestones", trial, add=rows)
    assert answer.json()["sentence"] == "2 milestones added.", answer.json()
    loaded = trial.milestones.get(title="Data is loaded")
    assert (loaded.owner, str(loaded.due_time)) == (elif_, "17:00:00")
    run = trial.milestones.get(title="First run")
    assert run.owner == owner
    change = cell(run, "owner_user", str(owner.pk), elif_.name)
    assert send(owner, "milestones", trial, cells=[change]).status_code == 200
    assert Entry.objects.latest("number").action == "milestone.given"
    settle = {"name": "settle-milestone", "rows": [str(loaded.pk), str(run.pk)]}
    missed = {**settle, "values": {"state": "missed"}}
    assert send(owner, "milestones", trial, act=missed).status_code == 400
    met = {**settle, "values": {"state": "met"}}
    assert send(owner, "milestones", trial, act=met).status_code == 200
    assert set(trial.milestones.values_list("state", flat=True)) == {"met"}


@pytest.mark.parametrize(
    ("name", "row"), [("criteria", {"text": "x"}), ("milestones", {"title": "x"})]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[milestones-row1]",
)
def test_only_who_runs_the_trial_writes(
    trial: Trial, name: str, row: dict[str, str]
) -> None:
    if name == "criteria":
        row = {**row, "requirement": "R1"}
    pm = stakeholders.holder("pm")
    vendors.declare_none(trial.candidate.evaluation)
    assert send(pm, name, trial, add=[row]).status_code == 403
    assert send(common.noor(), name, trial, add=[row]).status_code == 404
    assert read(pm, name, trial)["acts"] == []
    page = f"/admin/trials/{trial.pk}/"
    owner = trial.candidate.evaluation.owner
    assert f"grid-{name}" in signed_in(owner).get(page).content.decode()
    assert f"grid-{name}" not in signed_in(pm).get(page).content.decode()


@pytest.mark.parametrize("name", ["criteria", "milestones"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[criteria]"
)
def test_they_are_read_in_as_many_statements_however_many_rows(
    trial: Trial, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owner = trial.candidate.evaluation.owner
    row = {"criteria": {"text": "x", "requirement": "R1"}}.get(name, {"title": "x"})
    assert send(owner, name, trial, add=[row] * 12).status_code == 200
    client, address = signed_in(owner), grid_address(name, trial)
    with django_assert_max_num_queries(20):
        assert len(client.get(address).json()["rows"]) == 12
