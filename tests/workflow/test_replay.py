"""A frozen decision fails loudly, and names the number, whatever was altered."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evaltracker.decision.memo.pack import differences, digest_of_memo
from evaltracker.decision.models import Decision
from tests.workflow.deciding import decided

pytestmark = pytest.mark.django_db


def first(memo: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = memo["inputs"]["candidates"][0]
    return found


def cell(memo: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = first(memo)["cells"]["R1"]
    return found


ALTERATIONS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a verdict": (
        lambda memo: cell(memo)["evidence"][0].update(verdict="fails"),
        "Acme ML, fit: frozen '1.0000', counted again '0.0000'",
    ),
    "a claim": (lambda memo: cell(memo).update(claim=None), "Acme ML, answered"),
    "a ruling": (
        lambda memo: cell(memo).update(not_applicable=True),
        "Acme ML, fit: frozen '1.0000', counted again None",
    ),
    "a weight": (
        lambda memo: memo["inputs"]["requirements"][0].update(weight="0"),
        "Acme ML, asked",
    ),
    "a price": (
        lambda memo: first(memo)["cost_lines"][0].update(low="1", likely="1", high="1"),
        "Acme ML, cost, likely: frozen '91234.00'",
    ),
    "the horizon": (
        lambda memo: memo["inputs"]["brief"].update(horizon_months=12),
        "months",
    ),
    "a credit": (
        lambda memo: memo["inputs"]["brief"].update(credits={"trial_holds": "0.5"}),
        "Acme ML, fit",
    ),
    "the rationale": (
        lambda memo: memo["inputs"]["choice"].update(rationale="It was cheap."),
        "frozen words: It works.",
    ),
    "the choice": (
        lambda memo: memo["inputs"]["choice"].update(candidate=""),
        "No candidate is chosen yet.",
    ),
    "a candidate": (
        lambda memo: memo["inputs"].update(candidates=[]),
        "is not in the inputs",
    ),
    "a result": (
        lambda memo: memo["results"][first(memo)["id"]].update(fit="0.1"),
        "Acme ML, fit: frozen '0.1', counted again '1.0000'",
    ),
    "the words": (
        lambda memo: memo.update(text=memo["text"].replace("It works", "It shines")),
        "Nobody signed these words.",
    ),
    "a signature": (
        lambda memo: memo["seal"]["sign_offs"][0].update(printed_name="Mallory"),
        "neither counts nor is printed",
    ),
    "the formula": (
        lambda memo: memo["inputs"].update(formula_version="0"),
        "formula 0",
    ),
    "nonsense": (
        lambda memo: cell(memo)["claim"].update(availability="maybe"),
        "cannot be counted",
    ),
}


@pytest.fixture
def decision(db: None) -> Decision:
    decided()
    return Decision.objects.get()


def proved(decision: Decision) -> str:
    out = io.StringIO()
    call_command("replay_decision", decision.evaluation.slug, stdout=out)
    return out.getvalue()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_decision_page.py"
    "::test_a_draft_of_an_ended_evaluation_is_not_changed",
)
def test_what_is_as_it_was_frozen_holds(decision: Decision) -> None:
    assert "The same results" in proved(decision)
    assert differences(decision) == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_each_alteration_is_told_with_what_differs(decision: Decision) -> None:
    whole = decision.memo
    wrong = []
    for name, (alter, words) in ALTERATIONS.items():
        decision = Decision.objects.get()
        alter(decision.memo)
        decision.save()
        with pytest.raises(CommandError) as failed:
            proved(decision)
        told = str(failed.value)
        if "SHA-256 does not fit" not in told or words not in told:
            wrong.append(f"{name}: {told}")
        decision.memo = whole
        decision.save()
    assert wrong == []


def test_a_fingerprint_that_was_made_to_fit_is_not_that_of_the_journal(
    decision: Decision,
) -> None:
    decision.memo["seal"]["journal"]["head"] = "0" * 64
    decision.memo_sha256 = digest_of_memo(decision.memo)
    decision.save()
    with pytest.raises(CommandError, match="not the one of the journal's entry"):
        proved(decision)
