"""Memos that earlier formulas froze come out again to the last digit.

`frozen_memos.json` was written by the program as it was before lists of the brief: the
demo's decision, and cells of every sort by formula 2 and by formula 1.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.decision.memo.record import cell_states
from evaltracker.decision.memo.results import compute_results, replay

MEMOS = json.loads(Path(__file__).with_name("frozen_memos.json").read_text())
FORMULAS = [memo["inputs"]["formula_version"] for memo in MEMOS]


@pytest.mark.parametrize("memo", MEMOS, ids=["demo", "formula 2", "formula 1"])
def test_what_was_frozen_is_counted_again_byte_for_byte(memo: Any) -> None:
    assert replay(memo) == []
    again = compute_results(memo["inputs"])
    for key, frozen in memo["results"].items():
        assert {name: again[key][name] for name in frozen} == frozen
    for candidate in memo["inputs"]["candidates"]:
        assert "shown" not in again[candidate["id"]]


def test_both_formulas_are_among_them() -> None:
    assert FORMULAS == ["2", "2", "1"]


def test_formula_2_counts_a_demo_as_a_test() -> None:
    inputs = MEMOS[1]["inputs"]
    states = [
        state
        for candidate in inputs["candidates"]
        for state in cell_states(candidate, inputs).values()
        if not state.not_applicable
    ]
    assert any(state.tested and state.values[0].by_demo for state in states)
    assert all(state.tested == state.judged for state in states)
