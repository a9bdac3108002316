"""Memos of every formula and state come out again to the last digit, for ever.

Each file of `tests/data/memos/` was written by the program as it was then: those of
formulas 1 and 2 before lists of the brief, that of formula 3 before runs were taken as
they propose, the first of formula 4 before kinds of cost were an evaluation's own.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.decision.memo.record import cell_states
from evaltracker.decision.memo.results import compute_results, replay

FOLDER = Path(__file__).parents[1] / "data" / "memos"
MEMOS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", sorted(MEMOS))
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[formula_2_demo]",
)
def test_what_was_frozen_is_counted_again_byte_for_byte(name: str) -> None:
    memo = MEMOS[name]
    assert replay(memo) == []
    again = compute_results(memo["inputs"])
    for key, frozen in memo["results"].items():
        assert {field: again[key][field] for field in frozen} == frozen
    if memo["inputs"]["formula_version"] in "12":
        for candidate in memo["inputs"]["candidates"]:
            assert "shown" not in again[candidate["id"]]


def test_every_formula_is_among_them() -> None:
    formulas = {memo["inputs"]["formula_version"] for memo in MEMOS.values()}
    assert formulas == {"1", "2", "3", "4"}


def test_formula_2_counts_a_demo_as_a_test() -> None:
    inputs: Any = MEMOS["formula_2_cells"]["inputs"]
    states = [
        state
        for candidate in inputs["candidates"]
        for state in cell_states(candidate, inputs).values()
        if not state.not_applicable
    ]
    assert any(state.tested and state.values[0].by_demo for state in states)
    assert all(state.tested == state.judged for state in states)


def test_what_formula_4_told_apart_first_is_in_its_memo() -> None:
    memo = MEMOS["formula_4"]
    drawn = memo["results"]["robustness"]["certainty"]
    results = [memo["results"][row["id"]] for row in memo["inputs"]["candidates"]]
    assert drawn["proposed"]
    assert any(row["noted"] for row in results)
    assert any(row["ours"] for row in results)
    assert any(row["fit"] is None for row in results)
    assert any(row["promises"].get("short") for row in results)
    assert any(row["gaps"] for row in memo["inputs"]["candidates"])
    assert any(row["steps"] for row in memo["inputs"]["candidates"])


def test_kinds_of_a_purchase_are_frozen_with_what_does_not_apply() -> None:
    memo = MEMOS["formula_4_kinds"]
    assert {kind["counts_as"] for kind in memo["inputs"]["kinds"]} == {"", "work"}
    lines = [line for row in memo["inputs"]["candidates"] for line in row["cost_lines"]]
    assert any(line["ruled"] for line in lines)
    costs = [memo["results"][row["id"]]["cost"] for row in memo["inputs"]["candidates"]]
    assert all(cost["known"] == cost["kinds"] < 6 for cost in costs)
    assert not any(
        "kinds" in other["inputs"] for other in MEMOS.values() if other != memo
    )
