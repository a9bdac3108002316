"""Posts of runs as worked cases: what is kept of each, or where its faults are."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.errors import Invalid
from evaltracker.toolbox.measures import kept_measure, written
from evaltracker.toolbox.rest.problems import pointer
from tests.taken_back import taken_back
from tests.trials.runs.posting import measured_trial
from trials.models import Criterion, Run, RunReport, Trial
from trials.run_api import read_report
from trials.run_formats import Address
from trials.selectors.runs import codes_of
from trials.services.runs import add_runs, match_runs

pytestmark = pytest.mark.django_db
FILE = Path(__file__).resolve().parents[2] / "data" / "cases" / "runs_cases.json"
NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)


def trial_with(criteria: list[dict[str, Any]]) -> Trial:
    """A trial of a fortnight that is measured by these."""
    trial = measured_trial()
    trial.starts_on = datetime.date(2026, 11, 23)
    trial.ends_on, trial.zone = datetime.date(2026, 12, 6), "UTC"
    trial.save()
    need = trial.criteria.all()[0].requirement
    trial.criteria.all().delete()
    for place, said in enumerate(criteria, 1):
        Criterion.objects.create(
            trial=trial,
            requirement=need,
            position=place,
            code=said["code"],
            text="It does.",
            measure=kept_measure(said["measure"]),
        )
    return trial


def kept(trial: Trial, case: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a post, or the pointers of its faults."""
    try:
        address = Address.read(case["query"], codes_of(trial.pk))
        said = read_report(case["content_type"], case["body"].encode(), address)
        matched = match_runs(trial, said.runs, NOW)
    except Invalid as refused:
        return {"status": 400, "pointers": [pointer(at) for at in refused.errors]}
    report = RunReport(
        trial=trial, key=said.key, format=said.format, size=1, received_at=NOW
    )
    add_runs(report, matched)
    runs = [
        {
            "criterion": run.criterion.code,
            "value": None if run.number is None else written(run.number),
            "unit": run.unit,
            "failed": run.failed,
        }
        for run in Run.objects.select_related("criterion")
    ]
    return {
        "status": 201,
        "format": said.format,
        "runs": runs,
        "ignored": said.ignored,
    }


def check_post(trial: Trial, case: dict[str, Any]) -> None:
    """It is kept or refused as the case says."""
    found, expected = kept(trial, case), case["expected"]
    if found["status"] == 201 == expected["status"]:
        found["runs"].sort(key=str)
        expected["runs"].sort(key=str)
    assert found == expected


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_test_results.py"
    "::test_the_address_names_the_criterion_of_a_whole_file",
)
def test_a_post_keeps_or_refuses_as_its_case_says(subtests: pytest.Subtests) -> None:
    cases = json.loads(FILE.read_text())
    assert len(cases["reads"]) > 30
    trial = trial_with(cases["how_to_read"]["criteria"])
    for case in cases["reads"]:
        with subtests.test(case["name"]), taken_back():
            check_post(trial, case)
