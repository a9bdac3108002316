"""An option of which nothing was measured has a line beside those with numbers."""

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from evaltracker.decision.memo.documents import as_xlsx
from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results, replay
from evaltracker.decision.memo.text import measured_needs, write_memo
from tests.clients import signed_in
from tests.factories import vendors
from tests.trials.runs.confirming import add_runs, confirm, latencies, measured
from tests.trials.runs.posting import LATENCY, measured_trial
from trials.models import Criterion
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
FOUND = "p95 19.6 ms of 40 runs"


@pytest.fixture
def criterion() -> Criterion:
    """Acme ML is measured; nothing is known of Globex ML, a finalist too, and of what
    is there today. Initech ML was not pursued."""
    found = measured(measured_trial())
    where, need = found.trial.candidate.evaluation, found.requirement
    type(need).objects.filter(pk=need.pk).update(measure=LATENCY)
    add_runs(found, latencies("19.6"))
    confirm(found, "holds")
    finalist, today, _ = (
        vendors.candidate_late(where, name)
        for name in ("Globex ML", "Tickets", "Initech ML")
    )
    Candidate.objects.filter(pk=finalist.pk).update(state="shortlisted")
    Candidate.objects.filter(pk=today.pk).update(kind="as_is")
    return found


def memo_of(criterion: Criterion) -> Any:
    inputs = gather_inputs(criterion.trial.candidate.evaluation)
    return {"inputs": inputs, "results": compute_results(inputs)}


def before_empty_cells(memo: Any) -> Any:
    """The same as it was frozen while only cells with numbers were kept."""
    former: dict[str, Any] = json.loads(json.dumps(memo))
    for candidate in former["inputs"]["candidates"]:
        candidate["numbers"] = {
            ref: cell
            for ref, cell in candidate["numbers"].items()
            if cell["claimed"] or cell["measured"]
        }
    return former


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_memos_from_before_read_as_they_were_signed",
)
def test_whoever_is_compared_has_a_line_and_nobody_else(criterion: Criterion) -> None:
    (need,) = measured_needs(memo_of(criterion))
    assert need.bound == "p95 latency at most 20 ms"
    assert [(row.option, row.claimed, str(row.measured)) for row in need.rows] == [
        ("Acme ML", "no number", FOUND),
        ("Globex ML", "no number", "not yet"),
        ("Tickets", "no number", "not yet"),
    ]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_results_in_views.py"
    "::test_comparison_and_matrix_show_them_beside_numbers",
)
def test_the_comparison_shows_it(criterion: Criterion) -> None:
    where = criterion.trial.candidate.evaluation
    page = signed_in(where.owner).get(f"/admin/e/{where.slug}/comparison/")
    _, _, table = page.content.decode().partition('id="measured-head"')
    table, _, _ = table.partition("</table>")
    assert table.count("not yet") == 2
    assert "Globex ML" in table
    assert "Initech ML" not in table


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_memos_from_before_read_as_they_were_signed",
)
def test_the_memo_prints_and_freezes_it_in_all_forms(criterion: Criterion) -> None:
    memo = memo_of(criterion)
    line = "| Globex ML | no number | not yet | unanswered |"
    assert line in write_memo(**memo)
    assert replay(memo) == []
    sheet = load_workbook(io.BytesIO(as_xlsx(memo)))["Claimed and measured"]
    assert [row[2].value for row in sheet.rows] == [
        *("Option", "Acme ML", "Globex ML", "Tickets")
    ]


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_memos_from_before_read_as_they_were_signed",
)
def test_a_requirement_without_any_number_has_no_lines(criterion: Criterion) -> None:
    """Nor has one whose only number is of an option that is not compared."""
    memo = memo_of(criterion)
    for candidate in memo["inputs"]["candidates"]:
        for cell in candidate["numbers"].values():
            cell["measured"] = []
    assert measured_needs(memo) == []
    options = {row["name"]: row for row in memo["inputs"]["candidates"]}
    options["Initech ML"]["numbers"]["R1"]["claimed"] = {"value": "12", "unit": "ms"}
    assert measured_needs(memo) == []


def test_memos_from_before_read_as_they_were_signed(criterion: Criterion) -> None:
    former = before_empty_cells(memo_of(criterion))
    (need,) = measured_needs(former)
    assert [row.option for row in need.rows] == ["Acme ML"]
    assert "| Globex ML | no number |" not in write_memo(**former)
    assert replay(former) == []
