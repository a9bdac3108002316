"""The memo's first page: sentence, approvals, four figures, two pictures."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.decision.admin.comparison import compare
from evaltracker.decision.memo.inputs import standing_memo
from evaltracker.decision.memo.printing import (
    FrontPage,
    front_page,
    sealed_memo,
)
from evaltracker.decision.models import Decision
from evaltracker.decision.services.draws import keep_draws
from evaltracker.workflow.admin.sign_form import glance_at
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.services.stages import compile_memo, draft_decision
from tests.workflow.comparing import two_finalists
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parents[1] / "data" / "memos"
FROZEN = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}


def figures(front: FrontPage) -> dict[str, Any]:
    return {figure.name: figure for figure in front.figures}


def test_its_figures_are_those_of_the_comparison_and_of_the_sign_page() -> None:
    where, option = two_finalists()
    keep_draws(evaluation=where)
    standing = standing_memo(where)
    front = figures(front_page(compile_memo(where), None))
    compared = compare(standing.figures, where, where.owner)
    line = next(row for row in compared.options if row.key == str(option.pk))
    assert front["Fit"].value == line.fit
    assert str(front["Price"].value) == f"{line.cost} USD" == "91,234 USD"
    stand = glance_at(GateContext(where), where.owner).stand
    weighed = stand and stand.weighed
    assert weighed
    sentence = str(weighed.certainty)
    assert f"Likely first: {front['Likely first'].value}" in sentence
    assert str(front["Likely first"].words) in sentence


def test_certainty_is_never_one_number_alone() -> None:
    where, _ = two_finalists()
    said = figures(front_page(compile_memo(where), None))["Likely first"]
    assert str(said.value).endswith(" of 100")
    assert "If nothing more were tested: 100." in str(said.words)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_certainty_is_never_one_number_alone",
)
def test_a_sure_price_is_one_figure_and_an_unsure_one_says_between_what() -> None:
    where, _ = two_finalists()
    text = compile_memo(where)["text"]
    assert "Price: 91,234 USD; likely, over 36 months; " in text
    assert "low 91,234" not in text
    draft_decision(
        evaluation=where,
        candidate=where.candidates.get(name="Globex ML"),
        rationale="It works.",
        by=where.owner,
    )
    memo = compile_memo(where)
    said = "Price: 50,000 USD; likely, over 36 months; 40,000 to 70,000; "
    assert said in memo["text"]
    assert "40,000 to 70,000" in str(figures(front_page(memo, None))["Price"].words)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_gates_decision.py"
    "::test_choice_not_knocked_out_refuses_until_somebody_excuses",
)
def test_it_says_who_approved_and_that_somebody_disagrees() -> None:
    where, _ = decided()
    decision = Decision.objects.get()
    front = front_page(decision.memo, decision, [])
    assert front.sentence == "We choose Acme ML."
    assert f"Decided on {decision.decided_at:%-d %B %Y} by Lina Lead." in front.said
    assert "(Leadership) approved on" in front.said
    approved = figures(front)["Approved"]
    assert (str(approved.value), str(approved.words)) == (
        "1 of 1",
        "role, 1 person · Viktor (Leadership); no dissent recorded",
    )
    assert front.proof.startswith("Verified: ")
    where, _ = two_finalists()
    draft = front_page(compile_memo(where), None)
    assert draft.sentence == "We propose to choose Acme ML."
    assert figures(draft)["Approved"].words == "not decided yet; dissent recorded"


def test_an_altered_memo_says_so_on_its_first_page() -> None:
    decided()
    decision = Decision.objects.get()
    text = sealed_memo(decision.memo, decision, ["Acme ML, fit: frozen '1'"]).text
    assert "This is not what was decided:" in text
    assert "Verified" not in text


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_memos_of_older_formulas_have_it_too(name: str) -> None:
    front = front_page(FROZEN[name], None)
    assert front.pictures
    assert front.markdown.startswith("**")
    for figure in front.figures:
        assert figure.value
        assert figure.words


def test_it_changes_no_word_and_no_digest_of_what_is_frozen() -> None:
    decided()
    decision = Decision.objects.get()
    before = json.dumps(decision.memo, sort_keys=True)
    written = sealed_memo(decision.memo, decision).text
    head, _, rest = decision.memo["text"].rstrip("\n").partition("\n\n## ")
    assert written.startswith(head)
    assert f"## {rest}" in written
    assert json.dumps(decision.memo, sort_keys=True) == before


def test_each_picture_has_its_table_and_marks_the_choice() -> None:
    where, _ = two_finalists()
    stand, costs = front_page(compile_memo(where), None).pictures
    assert "Acme ML: 100%, chosen" in stand.chart.words
    assert "Globex ML: 50k or more" in costs.chart.words
    assert [row[0] for row in stand.rows] == [row[0] for row in costs.rows]
    assert [*map(str, costs.rows[1][1:4])] == ["40,000", "50,000", "70,000"]
