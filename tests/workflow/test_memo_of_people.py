"""What the memo keeps of people: interests, the meeting, withdrawn excuses."""

from decimal import Decimal

import pytest

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results
from evaltracker.decision.memo.text import write_memo
from evaltracker.evaluations.models import Evaluation
from tests.factories import stakeholders, trials, vendors
from trials.services.evidence import excuse_knock_out, withdraw_excuse
from trials.services.scores import give_score, open_consensus, settle_score
from vendors.services.candidates import clear_conflict, declare_conflict

pytestmark = pytest.mark.django_db


def test_the_reason_for_clearing_an_interest_stays_and_its_words_do_not() -> None:
    where = trials.platform()
    acme = trials.claimed(where)
    first = declare_conflict(
        candidate=acme,
        has_interest=True,
        statement="My brother sits on its board.",
        by=stakeholders.holder("it"),
    )
    clear_conflict(conflict=first, reason="He left in May.", by=where.owner)
    declare_conflict(
        candidate=acme,
        has_interest=True,
        statement="I own shares.",
        by=stakeholders.holder("pm"),
    )
    memo = words_of(where)
    assert "Ivan in Acme ML: cleared by the owner. Reason: He left in May." in memo
    assert "Priya in Acme ML: not cleared" in memo
    assert "brother" not in memo
    assert "shares" not in memo


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_memo_from_before_there_were_settlements_counts_as_it_did",
)
def test_a_settlement_counts_and_is_printed_with_its_reason() -> None:
    where = trials.platform()
    acme = trials.claimed(where)
    where = vendors.enter(where, "demos")
    for role, value in (("it", 5), ("devops", 1), ("pm", 1)):
        give_score(
            stakeholder=where.stakeholders.get(role=role),
            candidate=acme,
            category=where.categories.get(),
            value=value,
            reason="Seen.",
            by=stakeholders.holder(role),
        )

    def people() -> str | None:
        found: str | None = compute_results(gather_inputs(where))[key]["people"]
        return found

    key = str(acme.pk)
    assert people() is None
    open_consensus(evaluation=where, by=where.owner)
    assert people() == "0.2000"
    settle_score(
        evaluation=where,
        candidate=acme,
        category=where.categories.get(),
        value=Decimal("3.5"),
        reason="Two had seen half of it.",
        by=where.owner,
    )
    assert people() == "0.7000"
    assert "Acme ML, Training: 3.5 (Two had seen half of it.)" in words_of(where)


def test_a_memo_from_before_there_were_settlements_counts_as_it_did() -> None:
    where = trials.platform()
    acme = trials.claimed(where)
    inputs = gather_inputs(where)
    (row,) = inputs["candidates"]
    row["scores"] = [
        {"category__name": "Training", "value": value} for value in (5, 1, 1)
    ]
    del row["settled"]
    assert compute_results(inputs)[str(acme.pk)]["people"] == "0.4667"


def test_a_withdrawn_excuse_is_printed_with_both_reasons() -> None:
    where = trials.platform()
    acme = trials.claimed(where, availability="never")
    excuse = excuse_knock_out(
        candidate=acme,
        requirement=where.requirements.get(),
        reason="It is rare.",
        by=where.owner,
    )
    withdraw_excuse(excuse=excuse, reason="It is not.", by=where.owner)
    memo = words_of(where)
    assert "Acme ML on R1 What R1 asks for. Reason: It is rare. Withdrawn on " in memo
    assert "It is not." in memo


def words_of(where: Evaluation) -> str:
    """The memo as it would read now."""
    inputs = gather_inputs(where)
    return write_memo(inputs, compute_results(inputs))
