"""The measured number beside its verdict: in every view, by one selector."""

import io
import json
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from evaltracker.decision.memo.documents import as_xlsx
from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results
from evaltracker.decision.memo.text import write_memo
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.measures import Measure, Measured
from tests.clients import signed_in
from tests.trials.runs.confirming import add_runs, confirm, latencies, measured
from tests.trials.runs.posting import LATENCY, measured_trial
from trials.models import Criterion, Gap
from trials.selectors.matrix import TrialVerdict, cell_numbers, measured_by
from vendors.models import Claim

pytestmark = pytest.mark.django_db
CLAIMED = {"value": "12", "unit": "ms"}
FOUND = "p95 19.6 ms of 40 runs"
WORDS = f"Claimed 12 ms; measured {FOUND} (bound at most 20 ms)"


@pytest.fixture
def criterion() -> Criterion:
    """Claimed 12 ms, measured 19.6 ms by forty runs that nobody has confirmed."""
    found = measured(measured_trial())
    need = found.requirement
    type(need).objects.filter(pk=need.pk).update(measure=LATENCY)
    Claim.objects.filter(requirement=need).update(number=CLAIMED)
    add_runs(found, latencies("19.6"))
    return found


def reading(criterion: Criterion) -> Client:
    return signed_in(criterion.trial.candidate.evaluation.owner)


def words_of(criterion: Criterion) -> str:
    option = criterion.trial.candidate
    numbers = cell_numbers(option.evaluation)
    return numbers[option.pk, criterion.requirement_id].words


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_nothing_is_measured_before_a_person_confirms(criterion: Criterion) -> None:
    assert words_of(criterion) == "Claimed 12 ms"
    confirm(criterion, "holds")
    assert words_of(criterion) == WORDS


def test_a_failure_that_may_be_answered_has_no_number_yet(criterion: Criterion) -> None:
    add_runs(criterion, latencies("31"))
    confirm(criterion, "fails", reason="The newest report counts.")
    assert words_of(criterion) == "Claimed 12 ms"
    Gap.objects.update(reply_at="2026-01-01T00:00Z")
    assert "measured p95" in words_of(criterion)


def test_the_newest_verdict_for_the_same_values_has_the_number() -> None:
    spot, asked = ("Acme", "R1"), Measure.from_json(LATENCY)
    assert asked is not None
    aws, azure = ({"Runs on": [name]} for name in ("AWS", "Azure"))
    first, other, anew = (Measured(asked, Decimal(n), 40) for n in (12, 15, 19))
    for_two = [
        TrialVerdict(1, spot, None, aws, first, awaits=False),
        TrialVerdict(2, spot, None, azure, other, awaits=False),
    ]
    assert measured_by(for_two) == {spot: [first, other]}
    again = TrialVerdict(3, spot, 1, aws, None, awaits=False)
    assert measured_by([*for_two, again]) == {spot: [first, other]}
    for_all = TrialVerdict(4, spot, None, {}, anew, awaits=False)
    assert measured_by([*for_two, for_all]) == {spot: [anew]}
    assert measured_by([*for_two, for_all._replace(awaits=True)])[spot][0] == first
    by_eye = for_all._replace(measured=None)
    assert measured_by([*for_two, by_eye]) == {}


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_the_newest_verdict_for_the_same_values_has_the_number",
)
def test_pages_show_it_beside_the_verdict(criterion: Criterion) -> None:
    confirm(criterion, "holds")
    option, client = criterion.trial.candidate, reading(criterion)
    where = f"/admin/e/{option.evaluation.slug}/"
    cell = f"/admin/cells/{option.pk}/{criterion.requirement_id}/"
    assert WORDS in client.get(cell).content.decode()
    page = client.get(f"{where}comparison/").content.decode()
    assert FOUND in page
    assert "7.6 ms more than claimed" in page
    for view in ("", "?view=lines"):
        assert WORDS in client.get(f"{where}matrix/{view}").content.decode()


def test_a_claimed_number_stays_when_the_measure_becomes_of_another_kind(
    criterion: Criterion,
) -> None:
    """It is kept as it was said, and every view says for what."""
    confirm(criterion, "holds")
    option, need = criterion.trial.candidate, criterion.requirement
    owner, requests = option.evaluation.owner, {"unit": "requests/s", "bound": "500"}
    evaluation = type(option.evaluation).objects.filter(pk=option.evaluation_id)
    evaluation.update(stage="requirements")
    asked = {**LATENCY, **requests, "direction": "at_least"}
    change_requirement(requirement=need, measure=asked, by=owner)
    earlier = "12 ms, said for an earlier measure"
    assert words_of(criterion).startswith(f"Claimed {earlier}; measured p95 19.6 ms")
    evaluation.update(stage="trials")
    page = reading(criterion).get(f"/admin/cells/{option.pk}/{need.pk}/")
    assert f'Claims <strong dir="auto">{earlier}</strong>' in page.content.decode()


def test_files_of_the_matrix_have_it(criterion: Criterion) -> None:
    client = reading(criterion)
    where = f"/admin/e/{criterion.trial.candidate.evaluation.slug}/matrix/file/"
    assert b": numbers" in client.get(f"{where}?format=csv").content
    confirm(criterion, "holds")
    table = client.get(f"{where}?format=csv").content.decode()
    assert WORDS in table
    told = json.loads(client.get(f"{where}?format=json").content)
    (number,) = told["numbers"]
    assert number["claimed"] == CLAIMED
    assert [(each["value"], each["n"]) for each in number["measured"]] == [("19.6", 40)]
    sheet = load_workbook(
        io.BytesIO(client.get(f"{where}?format=xlsx").content)
    ).worksheets[0]
    assert WORDS in {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_memo_freezes_it_in_all_its_forms(criterion: Criterion) -> None:
    confirm(criterion, "holds")
    inputs = gather_inputs(criterion.trial.candidate.evaluation)
    results = compute_results(inputs)
    text = write_memo(inputs, results)
    assert "## Claimed and measured" in text
    assert f"| 12 ms | {FOUND}, 7.6 ms more than claimed | proven |" in text
    book = load_workbook(io.BytesIO(as_xlsx({"inputs": inputs, "results": results})))
    assert book["Claimed and measured"]["E2"].value.startswith(FOUND)
    for candidate in inputs["candidates"]:
        del candidate["numbers"]
    assert "Claimed and measured" not in write_memo(inputs, results)
