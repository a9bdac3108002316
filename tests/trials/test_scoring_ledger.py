"""What the ledger says of one cell."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.facts import TODAY, cell, cells, evidences, found
from trials.scoring import CellFacts, EvidenceFacts, credit, standing

YESTERDAY = TODAY - timedelta(days=1)


def reading(facts: CellFacts) -> tuple[str, str]:
    return standing(facts, TODAY).value, str(credit(facts, TODAY).value)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CellFacts(), ("unanswered", "0")),
        (cell("now"), ("claimed", "0.5")),
        (cell("beta"), ("claimed", "0.3")),
        (cell("planned", on=TODAY), ("claimed", "0.2")),
        (cell("planned"), ("claimed", "0.2")),
        (cell("planned", on=YESTERDAY), ("slipped", "0")),
        (cell("on_request"), ("claimed", "0.2")),
        (cell("never"), ("never", "0")),
        (cell("partial"), ("claimed", "0.3")),
        (cell("unstated"), ("claimed", "0")),
        (cell("withdrawn"), ("unanswered", "0")),
        (cell("now", found("trial", "holds"), stale=True), ("unanswered", "0")),
    ],
)
def test_a_claim_alone_earns_what_it_says(
    facts: CellFacts, expected: tuple[str, str]
) -> None:
    assert reading(facts) == expected


@pytest.mark.parametrize(
    ("source", "verdict", "expected"),
    [
        ("research", "holds", ("claimed", "0.6")),
        ("research", "partly", ("partly", "0.3")),
        ("research", "fails", ("refuted", "0")),
        ("demo", "holds", ("shown", "0.75")),
        ("demo", "partly", ("partly", "0.4")),
        ("demo", "fails", ("refuted", "0")),
        ("demo", "not_shown", ("claimed", "0.25")),
        ("trial", "holds", ("proven", "1")),
        ("trial", "partly", ("partly", "0.5")),
        ("trial", "fails", ("refuted", "0")),
    ],
)
def test_a_verdict_earns_by_its_source(
    source: str, verdict: str, expected: tuple[str, str]
) -> None:
    assert reading(cell("now", found(source, verdict))) == expected


def test_trial_beats_demo_beats_research_whatever_came_last() -> None:
    trial, demo = found("trial", "partly", 1), found("demo", "holds", 2)
    research = found("research", "fails", 3)
    assert reading(cell("now", research, demo, trial)) == ("partly", "0.5")
    assert reading(cell("now", research, demo)) == ("shown", "0.75")


def test_the_newest_verdict_of_one_source_counts() -> None:
    facts = cell("now", found("trial", "fails", 1), found("trial", "holds", 2))
    assert reading(facts) == ("proven", "1")


def test_what_the_vendor_published_itself_proves_no_more_than_its_claim() -> None:
    facts = cell("now", found("research", "holds", independent=False))
    assert reading(facts) == ("claimed", "0.5")


def test_not_shown_takes_back_what_research_and_an_earlier_demo_gave() -> None:
    not_shown = found("demo", "not_shown", 5)
    for earlier in (found("research", "holds"), found("demo", "holds")):
        assert reading(cell("now", earlier, not_shown)) == ("claimed", "0.25")


def test_not_shown_never_lifts_a_refutation() -> None:
    not_shown = found("demo", "not_shown", 5)
    for earlier in (found("research", "fails"), found("demo", "fails")):
        assert reading(cell("now", earlier, not_shown)) == ("refuted", "0")


def test_not_shown_never_pays_for_an_empty_claim() -> None:
    not_shown = found("demo", "not_shown")
    assert reading(cell("unstated", not_shown)) == ("claimed", "0")
    assert reading(cell("never", not_shown)) == ("never", "0")
    assert reading(cell("planned", not_shown, on=YESTERDAY)) == ("slipped", "0")


def test_a_never_that_fails_stays_honest_and_one_that_holds_is_proven() -> None:
    assert reading(cell("never", found("trial", "fails"))) == ("never", "0")
    assert reading(cell("never", found("trial", "holds"))) == ("proven", "1")


def test_proof_keeps_a_passed_date_from_slipping() -> None:
    facts = cell("planned", found("demo", "holds"), on=date(2026, 1, 1))
    assert reading(facts) == ("shown", "0.75")


def test_not_applicable_is_neither_zero_nor_blank() -> None:
    ruled = credit(cell("now", not_applicable=True), TODAY)
    assert ruled.value is None
    assert credit(CellFacts(), TODAY).value == 0
    assert credit(CellFacts(), TODAY).working == "unanswered: 0"


def test_the_working_says_which_proof_counted() -> None:
    facts = cell("planned", on=date(2026, 3, 1))
    assert credit(facts, TODAY).working == (
        "planned for 2026-03-01, passed without proof: 0"
    )
    assert credit(cell("now", found("demo", "partly")), TODAY).working == (
        "holds partly in the demo: 0.4"
    )


@given(cells)
def test_a_credit_lies_between_0_and_1(facts: CellFacts) -> None:
    value = credit(facts, TODAY).value
    assert (value is None) == facts.not_applicable
    assert value is None or 0 <= value <= 1


@given(st.lists(evidences, max_size=4))
def test_the_order_of_the_evidence_changes_nothing(
    evidence: list[EvidenceFacts],
) -> None:
    readings = {reading(cell("beta", *each)) for each in permutations(evidence)}
    assert len(readings) == 1


@given(st.lists(evidences, max_size=4))
def test_a_demo_that_shows_nothing_never_adds_credit(
    evidence: list[EvidenceFacts],
) -> None:
    before = credit(cell("now", *evidence), TODAY).value
    after = credit(cell("now", *evidence, found("demo", "not_shown", 9)), TODAY).value
    assert before is not None
    assert after is not None
    assert after <= before
