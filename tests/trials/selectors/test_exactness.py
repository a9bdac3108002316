"""The ledger says of every cell what a slow reading of that cell alone says."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import count_candidate
from evaltracker.enumerations import Source
from evaltracker.evaluations.models import Evaluation, Requirement
from tests.factories import common, trials, vendors
from tests.trials.selectors.cell_reference import (
    Slow,
    Value,
    most_of,
    read_slowly,
    values_of,
)
from tests.trials.selectors.cell_worlds import TODAY, anything
from trials.scoring import Credits, Standing, credit
from trials.scoring.ledger import judged_by
from trials.selectors.cells import Cells, LedgerCell, Shape, cells_for
from trials.selectors.ledger import CandidateColumn, ledger
from trials.selectors.matrix import cell_numbers, promises_of
from trials.services.evidence import record_evidence
from vendors.models import Candidate, Claim
from vendors.selectors.claims import answer_counts

pytestmark = pytest.mark.django_db

ORDER = ("refuted", "never", "unanswered", "slipped")
EVEN = ("partly", "claimed", "shown", "proven")


def weakest(found: list[tuple[Decimal, str]]) -> str:
    """The standing of the weakest value, by the words of the design."""
    for where in ORDER:
        if any(standing == where for _, standing in found):
            return where
    least = min(value for value, _ in found)
    return min((where for value, where in found if value == least), key=EVEN.index)


def last(slow: Slow, source: Source) -> str:
    """The last verdict of a source among those that count."""
    verdicts = [one.verdict for one in slow.facts.evidence if one.source == source]
    return verdicts[-1] if verdicts else ""


def promise(slow: Slow, source: Source) -> tuple[str, str] | None:
    """What was promised and what that source found of it, if anything."""
    judges = {one.source for one in slow.new if one.verdict != "not_shown"}
    anew = judges & {Source.TRIAL, source}
    facts = slow.facts if anew or not slow.then.evidence else slow.then
    claim, found = facts.claim, judged_by(facts, source)
    if claim is None or claim.stale or found is None:
        return None
    said = found.judged or claim.availability
    return (said, found.verdict) if said in ("now", "beta") else None


def agree(where: Evaluation, day: datetime.date) -> None:
    """Insist on every cell, value by value, and on every column."""
    credits = Credits.from_mapping(where.credits)
    book = ledger(where, as_of=day)
    for option in book.candidates:
        column = book.of(option)
        blocked = []
        for requirement in book.requirements:
            cell = column.cells[requirement.ref]
            assert cell == book.cell(option, requirement)
            if alike(cell, option, requirement, day, credits) and requirement.is_must:
                blocked.append(requirement.ref)
        assert column.knock_outs == tuple(blocked)
        agree_with_rows(column)


def alike(
    cell: LedgerCell,
    option: Candidate,
    requirement: Requirement,
    day: datetime.date,
    credits: Credits,
) -> bool:
    """Insist on one cell; whether it knocks out."""
    names: list[Value | None] = [*values_of(requirement)] or [None]
    slow = [read_slowly(option, requirement, name, day) for name in names]
    own = [credit(one.facts, day, credits) for one in slow]
    earned = [
        replace(is_worth, value=min(is_worth.value, most_of(one, credits)))
        if is_worth.value is not None
        else is_worth
        for one, is_worth in zip(slow, own, strict=True)
    ]
    for value, one, is_worth in zip(cell.state.values, slow, earned, strict=True):
        assert (value.credit, value.standing) == (is_worth.value, is_worth.standing)
        if is_worth in own:
            assert value.working == is_worth.working
        assert value.unconfirmed == one.unconfirmed
        assert value.facts.excused == one.facts.excused
        for kept, source in (
            (value.by_trial, Source.TRIAL),
            (value.by_demo, Source.DEMO),
        ):
            told = kept and (kept.said, kept.found.verdict)
            assert told == promise(one, source)
        answered = one.answered and is_worth.standing != Standing.UNANSWERED
        assert value.answered == answered
    left = [
        (one, is_worth.value, is_worth.standing)
        for one, is_worth in zip(slow, earned, strict=True)
        if is_worth.value is not None
    ]
    if not left:
        assert cell.not_applicable
        return False
    assert cell.credit == min(value for _, value, _ in left)
    assert cell.standing == weakest([(value, where) for _, value, where in left])
    for mark, source in ((cell.shown, Source.DEMO), (cell.tested, Source.TRIAL)):
        verdicts = {last(one, source) for one, _, _ in left}
        harshest = ("", "fails", "not_shown", "partly", "holds")
        assert mark == min(verdicts, key=harshest.index)
    fatal = (Standing.REFUTED, Standing.NEVER)
    return any(st in fatal and not one.facts.excused for one, _, st in left)


def agree_with_rows(column: CandidateColumn) -> None:
    """Insist that sums over kinds of cells are those over all rows."""
    rows = [row for row in column.fit_rows if row.points is not None]
    assert column.fit.points == sum(row.points or 0 for row in rows)
    assert column.fit.weight == sum(row.weight for row in rows)
    coverage = column.coverage
    assert coverage.asked == len(rows)
    assert coverage.answered == sum(row.answered for row in rows)
    for name in ("shown", "tested", "researched", "ours"):
        counted = sum(getattr(row, name) for row in rows)
        assert getattr(coverage, name) == counted <= coverage.answered


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize(
    "seed",
    [
        1,
        *(
            pytest.param(
                seed,
                marks=pytest.mark.nightly(
                    reason="more of the same; one world stays", short="[1-*]"
                ),
            )
            for seed in (2, 3)
        ),
    ],
)
def test_every_cell_is_what_a_slow_reading_says(seed: int, lists: bool) -> None:
    where = anything(seed, lists=lists)
    agree(where, TODAY)
    where.credits = {"claim_now": "0.45", "demo_not_shown": "0.1"}
    agree(where, TODAY + datetime.timedelta(days=1))


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[False]"
)
def test_what_a_memo_freezes_counts_as_the_ledger_does(lists: bool) -> None:
    where = anything(4, lists=lists)
    inputs = gather_inputs(where, TODAY)
    book, exact = ledger(where, as_of=TODAY), ledger(where, as_of=TODAY, exact=True)
    for quick, read_exactly in zip(book.columns, exact.columns, strict=True):
        assert quick.numbers == read_exactly.numbers
    for option, item in zip(book.candidates, inputs["candidates"], strict=True):
        counted, column = count_candidate(item, inputs), book.of(option)
        assert counted.candidate["id"] == str(option.pk)
        assert counted.fit.rows == column.fit_rows
        assert tuple(counted.knock_outs) == column.knock_outs
        record = promises_of(cell_numbers(where), column)
        told = [(row.key, row.said, row.found.verdict) for row in record.rows]
        assert told == [
            (row.key, row.said, row.found.verdict) for row in counted.promises.rows
        ]
        assert counted.promises.demos.overall == record.demos.overall
        for name in ("better_than_claimed", "honest_nevers", "slipped"):
            frozen = getattr(counted.promises, name)
            assert getattr(record, name) == frozen


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("seed", [5, 6, 7])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[6-False]"
)
def test_candidates_and_ledger_count_the_same_answers(seed: int, lists: bool) -> None:
    where = anything(seed, lists=lists)
    Claim.objects.filter(statement="Yes.", superseded_at=None).exclude(
        availability="unstated"
    ).update(by_vendor=True)
    book = ledger(where, as_of=TODAY)
    counts = answer_counts(where, book.candidates)
    for column in book.columns:
        told, coverage = counts[column.candidate.pk], column.coverage
        assert (told.asked, told.answered, told.ours, told.noted) == (
            *(coverage.asked, coverage.answered, coverage.ours, coverage.noted),
        )
    assert any(one.ours < one.answered for one in counts.values())
    assert lists or any(one.noted for one in counts.values())
    assert lists is any(one.partly for one in counts.values())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_what_a_vendor_may_still_answer_does_not_count() -> None:
    where = trials.platform("must", "should")
    acme = trials.claimed(where)
    vendors.enter(where, "trials")
    running = trials.trial(acme)
    record_evidence(
        claim=trials.claim_of(acme),
        source="trial",
        verdict="fails",
        note="It stopped.",
        **trials.SETTING,
        criterion=running.criteria.get(),
        by=where.owner,
    )
    assert acme.trials.get().gaps.filter(reply_until__gt=timezone.now()).exists()
    assert ledger(where, [acme]).of(acme).cells["R1"].tested == ""


@pytest.mark.parametrize("many", [1, 4])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[1]"
)
def test_it_takes_four_queries_whatever_its_size(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    where = trials.platform(*["must"] * many)
    candidates = [trials.claimed(where, name=f"V{number}") for number in range(many)]
    for option in candidates:
        trials.verdict(trials.claim_of(option))
    with django_assert_num_queries(4):
        book = ledger(where, candidates)
        assert len(book.lines) == len(book.columns) == many


def test_nothing_asked_or_nobody_asked_is_an_empty_ledger() -> None:
    where = common.evaluation()
    assert ledger(where, []).lines == []
    common.requirement(where, "R1")
    book = ledger(where, [])
    assert (book.lines, len(book.rows)) == ([()], 1)


def test_what_was_learned_of_shapes_is_kept_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    credits = Credits()
    known = cells_for(credits)
    number = known.number_of(Shape("now", None, 1))
    assert cells_for(Credits()) is known
    assert known.found[number].claimed == "now"
    monkeypatch.setattr("trials.selectors.cells.MOST", 0)
    fresh = cells_for(credits)
    assert isinstance(fresh, Cells)
    assert fresh is not known
