"""What is answered, kept and earned, as `words_cases.json` says."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evaltracker.enumerations import Availability, Source
from evaltracker.toolbox.measures import CellNumbers, Measured, Reading
from evaltracker.toolbox.measures.measure import Measure
from trials.scoring import (
    CellRecord,
    CellState,
    JudgedAnswer,
    JudgedPromise,
    RequirementFacts,
    Ruled,
    ScopedAnswer,
    Verdict,
    cell_state,
    fit,
    promise_record,
    rounded,
)

CASES = json.loads(
    (Path(__file__).parents[2] / "data" / "cases" / "words_cases.json").read_text()
)["cases"]
DAY = date(2026, 11, 29)
START = datetime(2026, 11, 1, tzinfo=UTC)
KEPT = {Verdict.HOLDS: "held", Verdict.PARTLY: "partly", Verdict.FAILS: "failed"}


def of_kind(kind: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if case["kind"] == kind]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def verdict(source: str, found: str, day: int = 0, **more: Any) -> JudgedAnswer:
    at = START + timedelta(days=day)
    return JudgedAnswer(
        Source(source), Verdict(found), at, runner="us", data="ours", **more
    )


def state_of(cell: dict[str, Any]) -> CellState:
    says = cell.get("says") or cell.get("said")
    record = CellRecord(
        current=ScopedAnswer(Availability(says), DAY) if says else None,
        verdicts=[
            verdict(source, cell[source])
            for source in ("demo", "trial")
            if source in cell
        ],
        not_applicable=Ruled(whole=cell.get("na", False)),
        ours=cell.get("by", "vendor") != "vendor",
    )
    return cell_state(record, (), DAY)


def cells_of(case: dict[str, Any]) -> dict[str, CellState]:
    return {
        f"R{number}": state_of(cell)
        for number, cell in enumerate(case["given"]["cells"])
    }


@of_kind("answered")
def test_answered_is_one_thing(case: dict[str, Any]) -> None:
    cells = cells_of(case)
    result = fit(dict.fromkeys(cells, Decimal(5)), cells)
    coverage, expected = result.coverage, case["expected"]
    assert {
        "asked": coverage.asked,
        "answered": coverage.answered,
        "answered_by_us": coverage.ours,
        "noted_by_us": coverage.noted,
        "shown": coverage.shown,
        "tested": coverage.tested,
    } == {name: expected[name] for name in expected if name != "fit"}
    assert (result.value is None) == (expected["fit"] == "–")


def numbers_of(cell: dict[str, Any]) -> CellNumbers:
    claimed, measured = cell.get("claimed"), cell.get("measured")
    return CellNumbers(
        None,
        Reading.kept(claimed) if claimed else None,
        [
            Measured(
                Measure(
                    "latency",
                    measured["unit"],
                    measured["direction"],
                    bound=Decimal(60),
                ),
                Decimal(measured["value"]),
                20,
            )
        ]
        if measured
        else (),
    )


@of_kind("record")
def test_a_promise_is_held_short_partly_or_failed(case: dict[str, Any]) -> None:
    cells = cells_of(case)
    given = dict(zip(cells, case["given"]["cells"], strict=True))
    missed = {key for key, cell in given.items() if numbers_of(cell).misses_claim}
    record = promise_record([RequirementFacts(key) for key in cells], cells, missed)
    tally, expected = record.overall, case["expected"]
    share = tally.share_held
    assert {
        "tested": tally.tested,
        "held": tally.held,
        "short": tally.short,
        "partly": tally.partly,
        "failed": tally.failed,
        "hidden": record.hidden,
        "share_held": None
        if record.hidden or share is None
        else str(rounded(share * 100, 0)),
    } == expected


@of_kind("new_words")
def test_new_words_shed_nothing(case: dict[str, Any]) -> None:
    given = case["given"]
    before = ScopedAnswer(Availability(given["said_then"]))
    record = CellRecord(
        current=ScopedAnswer(Availability(given["says"]), DAY),
        verdicts=[
            verdict(source, found, day, judged=before)
            for day, (source, found) in enumerate(given["verdicts_on_older_words"])
        ],
    )
    state = cell_state(record, (), DAY)
    assert {
        "credit": str(Fraction(state.credit or 0)),
        "record_by_trials": word_of(state.by_trial),
    } == case["expected"]


def word_of(kept: JudgedPromise | None) -> str | None:
    return KEPT[kept.found.verdict] if kept else None


# Source and verdict on older words, then on new ones: what the cell earns, and its
# record by trials and by demos.
JUDGED_ANEW: Any = [
    # A demo is weaker than a trial, and does not wash off what that found.
    (("trial", "partly"), ("demo", "holds"), "1/2", "partly", "held"),
    (("trial", "partly"), ("trial", "holds"), "1", "held", None),
    (("demo", "partly"), ("demo", "holds"), "3/4", None, "held"),
    # What was not shown judges nothing: the promise that was judged stays.
    (("demo", "partly"), ("demo", "not_shown"), "1/4", None, "partly"),
    # A trial is stronger: the demo's promise is judged again by it.
    (("demo", "partly"), ("trial", "holds"), "1", "held", None),
    (("research", "partly"), ("demo", "partly"), "2/5", None, "partly"),
    (("research", "partly"), None, "3/10", None, None),
]


@pytest.mark.parametrize(("older", "new", "credit", "trial", "demo"), JUDGED_ANEW)
def test_new_words_are_judged_by_the_same_or_a_stronger_source(
    older: Any, new: Any, credit: str, trial: str | None, demo: str | None
) -> None:
    now = ScopedAnswer(Availability.NOW)
    judged = [verdict(older[0], older[1], judged=now)]
    if new:
        judged.append(verdict(new[0], new[1], day=3))
    state = cell_state(CellRecord(current=now, verdicts=judged), (), DAY)
    assert str(Fraction(state.credit or 0)) == credit
    assert (word_of(state.by_trial), word_of(state.by_demo)) == (trial, demo)


def test_formulas_of_before_let_new_words_shed_a_verdict() -> None:
    now = ScopedAnswer(Availability.NOW)
    record = CellRecord(current=now, verdicts=[verdict("trial", "partly", judged=now)])
    state = cell_state(record, (), DAY, former=True)
    assert (state.credit, state.by_trial) == (Decimal("0.5"), None)
    noted = CellRecord(current=ScopedAnswer(Availability.UNSTATED))
    assert cell_state(noted, (), DAY, former=True).answered


def test_there_are_as_many_cases_as_were_agreed() -> None:
    kinds = [case["kind"] for case in CASES]
    assert [kinds.count(kind) for kind in ("answered", "record", "new_words")] == [
        *(7, 9, 7)
    ]
