"""What tests of a prose criterion came to: beside what was measured, in every view."""

from typing import Any

import pytest

from evaltracker.decision.memo.documents import matrix_rows
from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results
from evaltracker.decision.memo.text import write_memo
from evaltracker.ocds import measured_of
from tests.clients import signed_in
from tests.trials.runs.confirming import (
    add_runs,
    add_tests,
    confirm,
    latencies,
    measured,
)
from tests.trials.runs.posting import measured_trial
from trials.models import Criterion, Gap, Measurement
from trials.selectors.matrix import cell_numbers

pytestmark = pytest.mark.django_db
FOUND = "failed 1 of 3 tests"
WORDS = "Failed 1 of 3 tests"


@pytest.fixture
def criterion() -> Criterion:
    """The prose criterion of a trial: one of its tests failed, and its vendor had its
    say. The other criterion was measured."""
    trial = measured_trial()
    found: Criterion = trial.criteria.select_related("requirement", "trial").get(
        position=2
    )
    add_runs(measured(trial), latencies("19.6"))
    confirm(measured(trial), "holds")
    add_tests(found, False, True, False)
    confirm(found, "fails")
    Gap.objects.update(reply_at="2026-01-01T00:00Z")
    return found


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_comparison_and_matrix_show_them_beside_numbers",
)
def test_the_cell_says_how_many_tests_failed(criterion: Criterion) -> None:
    option = criterion.trial.candidate
    spot = option.pk, criterion.requirement_id
    assert cell_numbers(option.evaluation)[spot].words == WORDS
    row = Measurement.objects.values().get(evidence__criterion=criterion)
    told = measured_of({**row}, {"Runs on": ["AWS"]})
    assert told is not None
    assert (told.result, told.named) == (FOUND, "Runs on: AWS")


def test_comparison_and_matrix_show_them_beside_numbers(criterion: Criterion) -> None:
    evaluation = criterion.trial.candidate.evaluation
    client, where = signed_in(evaluation.owner), f"/admin/e/{evaluation.slug}/"
    page = client.get(f"{where}comparison/").content.decode()
    assert "p95 19.6 ms of 40 runs" in page
    assert FOUND in page
    assert WORDS in client.get(f"{where}matrix/").content.decode()
    told = client.get(f"{where}matrix/file/?format=json").json()["numbers"]
    (tests,) = told[1]["measured"]
    assert (tests["measure"], tests["value"], tests["n"]) == ({}, "", 3)
    assert tests["failed"] == 1
    assert told[0]["measured"][0]["failed"] == 0


def test_the_memo_and_its_matrix_freeze_them(criterion: Criterion) -> None:
    inputs = gather_inputs(criterion.trial.candidate.evaluation)
    memo: Any = {"inputs": inputs, "results": compute_results(inputs)}
    assert f"| not asked | {FOUND} | refuted |" in write_memo(**memo)
    head, first, second, foot = matrix_rows(memo)
    place = head.index(f"{inputs['candidates'][0]['name']}: numbers")
    assert first[place].startswith("Measured p95 19.6 ms of 40 runs")
    assert second[place] == WORDS
    assert len(head) == len(first) == len(second) == len(foot)
    for candidate in inputs["candidates"]:
        del candidate["numbers"]
    assert not any("numbers" in name for name in next(matrix_rows(memo)))
