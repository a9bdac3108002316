"""Runs are counted within one pool; what is left out or moves a verdict is said."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.measures import Measure, convert, propose, written
from evaltracker.toolbox.measures.pools import (
    FAILED,
    PASSED,
    FileOfRuns,
    Pool,
    Pooled,
    Results,
    count_pools,
    propose_results,
)

CASES = Path(__file__).parent.parent / "data" / "cases" / "runs_cases.json"


def result_of(measure: Measure | None, run: dict[str, Any]) -> str:
    """A run as it is frozen; the number of one that failed counts nowhere."""
    if run.get("failed"):
        return FAILED
    if measure is None:
        return PASSED
    return written(convert(Decimal(run["value"]), run["unit"], measure.unit))


def pooled_of(case: dict[str, Any]) -> Pooled:
    measure = Measure.from_json(case["measure"] or {})
    files = []
    for report in case["reports"]:
        results: tuple[list[str], list[str]] = ([], [])
        for run in report["runs"]:
            out = bool(run.get("left_out") or report.get("left_out"))
            results[out].extend([result_of(measure, run)] * run["count"])
        place = (report["id"], report["environment"], report["commit"])
        files.append(FileOfRuns(*place, *map(Results.of, results)))
    said = case["declared"]
    declared = Pool(said["environment"] or "", said["commit"] or "")
    return count_pools(measure, declared, files)


def value_of(proposal: Any) -> str | None:
    if proposal.fell:
        return FAILED
    return None if proposal.value is None else written(proposal.value)


def as_the_case_says(found: Pooled) -> dict[str, Any]:
    proposal, count = found.proposal, found.proposing
    left_out = count and {
        "n": count.left_out,
        "of": count.left_out + proposal.n,
        "value_with": value_of(found.with_left_out),
        "proposed_with": found.with_left_out.verdict,
    }
    return {
        "asks": found.asks or None,
        "pool": count and count.pool._asdict(),
        "n": proposal.n,
        "failed": proposal.failed,
        "missing": found.missing,
        "value": value_of(proposal),
        "proposed": proposal.verdict,
        "left_out": left_out if found.left_out else None,
        "files": [
            {"id": file.key, "n": file.n, "share": str(file.share)}
            for file in found.files
        ],
        "moves": [{"id": key, "without": without} for key, without in found.moves],
        "needs_reason": found.needs_reason,
        "pools": [
            {
                **one.pool._asdict(),
                "n": one.proposal.n,
                "left_out": one.left_out,
                "value": value_of(one.proposal),
                "would_be": one.proposal.verdict,
            }
            for one in found.pools
        ],
    }


def test_runs_come_to_what_the_case_says(subtests: pytest.Subtests) -> None:
    pools = json.loads(CASES.read_text(encoding="utf-8"))["pools"]
    assert len(pools) > 30
    for case in pools:
        with subtests.test(case["name"]):
            assert as_the_case_says(pooled_of(case)) == case["expected"]


NUMBERS = st.lists(st.integers(0, 9).map(str) | st.just(FAILED), min_size=1)


@given(
    results=NUMBERS,
    statistic=st.sampled_from(["mean", "median", "p5", "p50", "p95"]),
    direction=st.sampled_from(["at_most", "at_least"]),
    tolerance=st.sampled_from([None, "2"]),
)
def test_runs_carry_the_verdict_of_their_numbers_with_and_without_some(
    results: list[str], statistic: str, direction: str, tolerance: str | None
) -> None:
    said = {"quantity": "load", "unit": "ms", "bound": "5", "direction": direction}
    measure = Measure.from_json(
        {**said, "statistic": statistic, "tolerance": tolerance}
    )
    assert measure is not None
    worst = "100" if direction == "at_most" else "-100"
    values = [Decimal(worst if text == FAILED else text) for text in results]
    whole = propose(measure, values).verdict
    runs = Results.of(results)
    found = propose_results(measure, runs)
    failing = FAILED in results and statistic in ("mean", "median")
    if not failing:
        assert found.verdict == whole
    for kept in (results[::2], results[1::2]):
        rest = propose_results(measure, runs, less=Results.of(kept))
        parts = results[1::2] if kept == results[::2] else results[::2]
        assert rest.verdict == propose_results(measure, Results.of(parts)).verdict


def test_of_many_files_the_largest_are_tried() -> None:
    measure = Measure.from_json(
        {"quantity": "load", "unit": "ms", "bound": "5", "direction": "at_most"}
    )
    files = []
    for number in range(201):
        results = ["1"] * (202 - number)
        if number == 200:
            results = ["1000000"]
        files.append(FileOfRuns(f"n-{number}", "a", "b", Results.of(results)))
    found = count_pools(measure, Pool("a", "b"), files)
    assert found.proposal.verdict == "fails"
    assert found.moves == []
    assert sum((file.share for file in found.files), Fraction(0)) == 1
