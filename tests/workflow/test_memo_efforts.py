"""What “yes” costs in days, in the memo and on the comparison."""

from typing import Any

import pytest

from evaltracker.decision.memo.brief import answered_briefs, effort_rows
from evaltracker.decision.memo.documents import as_xlsx
from evaltracker.decision.memo.results import compute_results, replay
from evaltracker.decision.memo.text import write_memo
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import compile_memo
from tests.clients import signed_in
from tests.factories import common
from tests.trials.efforts import asked, states
from tests.workflow.deciding import in_decision
from vendors.models import Candidate

pytestmark = pytest.mark.django_db

BUILT = "Building was chosen although it does not set us apart."


def with_effort() -> tuple[Evaluation, Candidate]:
    where, option = in_decision()
    states(option, "R1", "customise", 5, 10, 20, by="buyer")
    return asked(where), option


def frozen(where: Evaluation) -> Any:
    return compile_memo(where)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_building_what_does_not_set_us_apart_is_told[build-no-True]",
)
def test_the_brief_is_answered_in_days() -> None:
    where, _ = with_effort()
    (finalist,) = answered_briefs(frozen(where), prices=False)
    (row,) = (row for row in finalist.rows if row.question == "Effort to meet")
    assert row.answer == ("our days 15 (7.5 to 30), the vendor’s 0, third parties’ 0")
    assert row.proof == "0 of 1 not stated"


def test_the_memo_and_its_workbook_compare_what_is_stated() -> None:
    where, _ = with_effort()
    memo = frozen(where)
    head, line = effort_rows(memo)
    assert dict(zip(head, line, strict=True)) == {
        "Option": "Acme ML",
        "Our days": "15 (7.5 to 30)",
        "The vendor’s days": "0",
        "Days of third parties": "0",
        "Load": "about 0.1 months of the whole team",
        "How": "1 customise",
        "Not stated": "0 of 1",
        "In trials": "–",
        "To consider": "–",
    }
    assert "## Effort to meet\n\n| Option | Our days |" in memo["text"]
    assert as_xlsx(memo)


def test_a_memo_without_efforts_says_nothing_of_them_and_replays() -> None:
    where, _ = with_effort()
    memo = frozen(where)
    with_them = memo["results"]
    for row in memo["inputs"]["candidates"]:
        del row["effort"]
    assert compute_results(memo["inputs"]) == with_them
    assert replay(memo) == []
    assert effort_rows(memo) == []
    assert "Effort to meet" not in write_memo(memo["inputs"], memo["results"])


@pytest.mark.parametrize(
    ("kind", "apart", "is_said"),
    [("build", "no", True), ("build", "partly", False), ("buy", "no", False)],
)
def test_building_what_does_not_set_us_apart_is_told(
    kind: str, apart: str, is_said: bool
) -> None:
    where, option = in_decision()
    inputs = frozen(where)["inputs"]
    inputs["choice"]["candidate"] = inputs["candidates"][0]["id"]
    inputs["candidates"][0]["kind"] = kind
    inputs["brief_questions"] = [["Does it set us apart?", apart]]
    assert (BUILT in write_memo(inputs, compute_results(inputs))) is is_said
    assert option.evaluation_id == where.pk


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_memo_without_efforts_says_nothing_of_them_and_replays",
)
def test_the_comparison_shows_days_only_where_they_are_asked_for() -> None:
    where, _ = with_effort()
    page = f"/admin/e/{where.slug}/comparison/"
    body = signed_in(common.lina()).get(page).content.decode()
    assert "15 (7.5 to 30)" in body
    assert 'id="efforts-head"' in body
    Evaluation.objects.update(asks_effort=False)
    assert (
        'id="efforts-head"' not in signed_in(common.lina()).get(page).content.decode()
    )
