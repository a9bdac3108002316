"""Without lists a cell is what it always was; with lists it is never more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.enumerations import Availability, Source
from tests.trials.facts import TODAY
from trials.scoring import (
    UNNAMED,
    CellFacts,
    CellRecord,
    ClaimFacts,
    Coverage,
    EvidenceFacts,
    JudgedAnswer,
    Ruled,
    ScopedAnswer,
    Standing,
    Value,
    Verdict,
    cell_state,
    credit,
    standing,
    values_to_ask,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
AWS, HERE = Value("Runs on", "AWS"), Value("Runs on", "on premises")
WORDS = st.sampled_from(Availability)
BOTH = ["AWS", "on premises"]
NAMES = st.none() | st.dictionaries(
    st.just("Runs on"), st.lists(st.sampled_from(BOTH), unique=True)
)
MEANS = st.none() | st.dictionaries(
    st.just("Runs on"),
    st.dictionaries(st.sampled_from(BOTH), st.tuples(WORDS, st.just(TODAY))),
)
ANSWERS = st.builds(
    ScopedAnswer,
    availability=WORDS,
    available_from=st.none() | st.just(TODAY - timedelta(days=1)),
    means=MEANS,
    environments=st.sampled_from([(), ("AWS",), ("Mars",)]),
)
VERDICTS = st.builds(
    JudgedAnswer,
    source=st.sampled_from(Source),
    verdict=st.sampled_from(Verdict),
    at=st.integers(0, 5).map(lambda day: START + timedelta(days=day)),
    independent=st.booleans(),
    named=NAMES,
    item_named=NAMES,
    judged=st.none() | ANSWERS,
    same_words=st.booleans(),
    other_wording=st.booleans(),
)
RECORDS = st.builds(
    CellRecord,
    current=st.none() | ANSWERS,
    stale=st.booleans(),
    verdicts=st.lists(VERDICTS, max_size=5),
    not_applicable=st.booleans().map(Ruled),
    excused=st.booleans().map(Ruled),
)


def facts_before_lists(record: CellRecord) -> CellFacts:
    """What counted in a cell before there were lists."""
    out, excused = record.not_applicable.whole, record.excused.whole
    if record.current is None:
        return CellFacts(not_applicable=out, excused=excused)
    said = record.current.availability
    current = [one for one in record.verdicts if one.judged is None]
    older = [one for one in record.verdicts if one.judged and not one.other_wording]

    def found(verdicts: list[JudgedAnswer]) -> tuple[EvidenceFacts, ...]:
        return tuple(
            EvidenceFacts(one.source, one.verdict, one.at, one.independent)
            for one in verdicts
        )

    alone = CellFacts(ClaimFacts(Availability.NOW), found(older))
    refuted = standing(alone, TODAY) == Standing.REFUTED
    kept = older if refuted or said == Availability.WITHDRAWN else []
    return CellFacts(
        claim=ClaimFacts(said, record.current.available_from, record.stale),
        evidence=found([*kept, *current]),
        not_applicable=out,
        excused=excused,
    )


@given(RECORDS)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_value_that_is_ruled_out_is_never_to_be_confirmed_again",
)
def test_without_lists_a_cell_earns_and_stands_as_ever(record: CellRecord) -> None:
    state = cell_state(record, (), TODAY, former=True)
    before = facts_before_lists(record)
    earned = credit(before, TODAY)
    assert (state.credit, state.standing) == (earned.value, earned.standing)
    assert state.working == earned.working
    assert state.answered == (earned.standing != Standing.UNANSWERED)


@given(RECORDS)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_value_that_is_ruled_out_is_never_to_be_confirmed_again",
)
def test_new_words_earn_no_more_than_before_and_stand_alike(record: CellRecord) -> None:
    former = cell_state(record, (), TODAY, former=True)
    state = cell_state(record, (), TODAY)
    assert (state.standing, state.knocks_out) == (former.standing, former.knocks_out)
    assert state.not_applicable or (state.credit or 0) <= (former.credit or 0)
    assert former.answered or not state.answered
    assert former.by_trial in (None, state.by_trial)


@given(RECORDS)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_value_that_is_ruled_out_is_never_to_be_confirmed_again",
)
def test_a_cell_earns_no_more_than_any_of_its_values(record: CellRecord) -> None:
    whole = cell_state(record, (AWS, HERE), TODAY)
    for value in (AWS, HERE):
        alone = cell_state(record, (value,), TODAY)
        if alone.credit is not None and whole.credit is not None:
            assert whole.credit <= alone.credit
        assert whole.knocks_out or not alone.knocks_out
        assert not whole.answered or alone.answered
        assert not whole.tested or alone.tested


@given(RECORDS)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_value_that_is_ruled_out_is_never_to_be_confirmed_again",
)
def test_shown_and_tested_are_counted_of_answered(record: CellRecord) -> None:
    for demanded in ((), (AWS,), (AWS, HERE)):
        state = cell_state(record, demanded, TODAY)
        assert state.answered or not (state.shown or state.tested)


def test_who_answers_nothing_is_asked_for_every_value_that_applies() -> None:
    said = ScopedAnswer(
        Availability.NOW, means={"Runs on": {"AWS": (Availability.NOW, None)}}
    )
    assert values_to_ask(None, (AWS, HERE)) == (AWS, HERE)
    assert values_to_ask(said, (AWS, HERE)) == (HERE,)
    assert values_to_ask(said, (AWS, HERE), stale=True) == (AWS, HERE)
    ruled = Ruled(named={"Runs on": ["on premises"]})
    assert values_to_ask(said, (AWS, HERE), ruled) == ()
    # What a source says in part is still asked of the vendor.
    assert values_to_ask(ScopedAnswer(Availability.PARTIAL), ()) == (UNNAMED,)


def test_a_value_that_is_ruled_out_is_never_to_be_confirmed_again() -> None:
    before = dict.fromkeys(BOTH, (Availability.BETA, None))
    now = dict.fromkeys(BOTH, (Availability.NOW, None))
    older = JudgedAnswer(
        Source.DEMO,
        Verdict.HOLDS,
        START,
        named={"Runs on": BOTH},
        judged=ScopedAnswer(Availability.BETA, means={"Runs on": before}),
    )
    record = CellRecord(
        current=ScopedAnswer(Availability.NOW, means={"Runs on": now}), verdicts=[older]
    )
    assert cell_state(record, (AWS, HERE), TODAY).to_reconfirm == tuple(
        f"Runs on: {name}" for name in BOTH
    )
    ruled = replace(record, not_applicable=Ruled(named={"Runs on": ["AWS"]}))
    state = cell_state(ruled, (AWS, HERE), TODAY)
    assert state.to_reconfirm == ("Runs on: on premises",)


def test_the_counts_stand_beside_each_other_in_these_words() -> None:
    counts = Coverage(asked=10, answered=8, shown=5, tested=2, researched=4)
    assert counts.in_words == (
        "8 of 10 answered · 5 of 8 shown · 2 of 8 tested (4 backed by research)"
    )
    assert Coverage(3, 0, 0, 0, 0, noted=2).in_words == (
        "0 of 3 answered · 2 noted by us"
    )
    assert Coverage(3, 2, 1, 0, 0, ours=1).in_words == (
        "2 of 3 answered (1 ours) · 1 of 2 shown · 0 of 2 tested"
    )
