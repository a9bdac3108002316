"""The brief, answered: every question, the answer, and how far it is proven."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evaltracker.decision.memo.brief import (
    BriefAnswer,
    answered_briefs,
    brief_of_choice,
    briefs_of_others,
)
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import compile_memo
from tests.factories import trials, vendors
from tests.vendors.door import case
from tests.workflow.deciding import in_decision
from vendors.models import CostLine, SupportStatement
from vendors.services.candidates import change_candidate
from vendors.services.costs import set_cost_line

pytestmark = pytest.mark.django_db


def rows(memo: Any, *, prices: bool = True) -> dict[str, BriefAnswer]:
    """The first finalist's lines by what is asked; of lists by their value."""
    (finalist, *_) = answered_briefs(memo, prices=prices)
    return {
        str(row.wanted) if row.question == "Runs on" else row.question: replace(
            row,
            wanted=str(row.wanted),
            answer=str(row.answer),
            proof=str(row.proof),
        )
        for row in finalist.rows
    }


def with_lists(where: Evaluation, **means: list[Any]) -> Any:
    """A memo whose only requirement must hold on AWS and on premises."""
    memo: Any = compile_memo(where)
    inputs = memo["inputs"]
    inputs["lists"] = {"Runs on": ["AWS", "on premises"]}
    inputs["requirements"][0]["lists"] = ["Runs on"]
    for candidate in inputs["candidates"]:
        candidate["cells"]["R1"]["claim"]["means"] = {"Runs on": means}
    return memo


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_date_the_budget_and_the_metric_are_answered",
)
def test_every_value_of_a_list_has_its_own_line() -> None:
    where, _ = in_decision()
    found = rows(with_lists(where, AWS=["now", None]))
    assert found["AWS"].answer == "answered"
    assert found["AWS"].proof == "0 of 1 shown, 0 of 1 tested"
    assert (
        found["on premises"].answer
        == "0 of 1 answered; not answered: R1 What R1 asks for"
    )
    never = rows(
        with_lists(where, **{"AWS": ["now", None], "on premises": ["never", None]})
    )
    assert never["on premises"].answer == "answered; never: R1 What R1 asks for"
    assert never["on premises"].tone == "bad"


def test_a_list_that_no_requirement_names_says_so() -> None:
    where, _ = in_decision()
    memo = with_lists(where)
    memo["inputs"]["requirements"][0]["lists"] = []
    assert rows(memo)["AWS"].answer == "no requirement asks for it"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_memo_from_before_the_lists_has_no_table",
)
def test_support_wanted_and_offered_stand_side_by_side() -> None:
    where, option = in_decision()
    unsaid = rows(compile_memo(where))["Support"]
    assert (unsaid.wanted, unsaid.answer, unsaid.tone) == (
        *("Support in business hours", "not stated"),
        "",
    )
    set_cost_line(candidate=option, kind="support", state="included", by=where.owner)
    bought = rows(compile_memo(where))["Support"].answer
    assert bought == "a support contract is included; how much is not stated"
    sealed = rows(compile_memo(where), prices=False)["Support"]
    assert (sealed.answer, sealed.proof) == ("not stated", "–")
    change_candidate(candidate=option, support_offered="self_service", by=where.owner)
    less = rows(compile_memo(where))["Support"]
    assert less.answer == "Self-service: documentation and community"
    assert less.tone == "bad"
    change_candidate(
        candidate=option, support_offered="round_the_clock", by=where.owner
    )
    assert rows(compile_memo(where))["Support"].tone == "good"


def test_o7_what_the_vendor_states_of_support_stands_before_our_note() -> None:
    expected = case("O7")["expected"]
    where, option = in_decision()
    change_candidate(candidate=option, support_offered="business_hours", by=where.owner)
    said = {"stated_at": where.created_at, "stated_by": "A", "candidate": option}
    kinds = ("self_service", "round_the_clock")
    for number, kind in enumerate(kinds, start=1):
        SupportStatement.objects.create(revision=number, kind=kind, **said)
    memo = compile_memo(where)
    told = rows(memo)["Support"]
    assert told.answer == expected["comparison"].replace("_", " ")
    assert told.proof == f"{expected['beside']}; its price is not stated"
    assert rows(memo, prices=False)["Support"].proof == expected["beside"]
    assert (told.tone, told.verdict) == ("good", "as wanted")
    # What was frozen before vendors were asked reads as it did.
    for row in memo["inputs"]["candidates"]:
        del row["support_stated"]
    assert rows(memo)["Support"].answer == "Support in business hours"


def test_support_is_answered_in_the_words_that_the_vendor_quoted() -> None:
    where, option = in_decision()
    line: dict[str, Any] = {
        "kind": "support",
        "state": "included",
        "note": "As we heard",
    }
    set_cost_line(candidate=option, by=where.owner, **line)
    ours = rows(compile_memo(where))["Support"].answer
    assert ours == "a support contract is included; how much is not stated"
    words = {"said_by": "vendor", "note": "Around the clock"}
    CostLine.objects.filter(candidate=option, kind="support").update(**words)
    memo = compile_memo(where)
    told = rows(memo)["Support"].answer
    assert told == "a support contract is included: Around the clock"
    assert rows(memo, prices=False)["Support"].answer == "not stated"


def test_the_date_the_budget_and_the_metric_are_answered() -> None:
    where, option = in_decision()
    change_candidate(candidate=option, months_to_live=Decimal(3), by=where.owner)
    memo = compile_memo(where)
    found = rows(memo)
    assert found["Running by"].wanted == "1 June 2027"
    assert found["Running by"].answer == "3 months after the decision"
    budget = found["Budget, over the horizon"]
    assert budget.wanted == "250,000 USD"
    assert budget.answer == "likely 91,234 USD"
    assert budget.proof == "1 of 11 kinds of cost known"
    assert found["Lead time"].answer == "all proven"
    assert found["Lead time"].verdict == ""  # nothing is met before it is measured
    assert found["Lead time"].proof == "0 of 1 shown, 1 of 1 tested"
    assert found["Lead time"].tone == "good"


def test_prices_stay_sealed_in_it() -> None:
    where, _ = in_decision()
    memo = compile_memo(where)
    assert rows(memo, prices=False)["Budget, over the horizon"].answer == "sealed"
    assert all(
        "91,234" not in str(row.answer) for row in rows(memo, prices=False).values()
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_date_the_budget_and_the_metric_are_answered",
)
def test_finalists_alone_have_a_table_and_the_memo_prints_it() -> None:
    where, option = in_decision(rival="Globex ML")
    vendors.candidate_late(where, "Initech ML")
    memo = compile_memo(where)
    assert [each.name for each in answered_briefs(memo, prices=True)] == [option.name]
    text = brief_of_choice(memo["inputs"], memo["results"])
    assert "| Support | Support in business hours | not stated |" in text
    assert trials.claim_of(option).statement not in text
    # The choice stands first; the others' answers stand in the appendix.
    memo["inputs"]["choice"]["candidate"] = str(option.pk)
    assert brief_of_choice(memo["inputs"], memo["results"]).startswith("| The brief")
    assert briefs_of_others(memo["inputs"], memo["results"]) == ""


def test_a_memo_from_before_the_lists_has_no_table() -> None:
    where, _ = in_decision()
    memo = compile_memo(where)
    del memo["inputs"]["lists"]
    assert brief_of_choice(memo["inputs"], memo["results"]) == ""
