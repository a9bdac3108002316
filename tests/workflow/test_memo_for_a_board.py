"""What a board reads of a memo, by the worked cases in `words_cases.json`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evaltracker.decision.memo.brief import price_gap
from evaltracker.decision.memo.text import options

FILE = Path(__file__).parents[1] / "data" / "cases" / "words_cases.json"
CASES = json.loads(FILE.read_text())["cases"]
# Why somebody is out, so that it can be looked for.
REASON = "It came too late."


def of_kind(kind: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if case["kind"] == kind]
    assert cases
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def inputs_of(candidates: list[dict[str, Any]], **more: Any) -> Any:
    chosen = next((row["name"] for row in candidates if row["state"] == "chosen"), "")
    return {
        "brief": {"currency": "EUR", "horizon_months": 36},
        "choice": {"candidate": chosen, "dissent": ""},
        "candidates": [
            {"id": row["name"], "state_reason": REASON, **row} for row in candidates
        ],
        "requirements": [],
        **more,
    }


def result_of(row: dict[str, Any]) -> Any:
    price = row["priced"]
    return {
        **{"asked": 14, "answered": row["answered"], "tested": 0, "shown": 0},
        **{"researched": 0, "fit": None, "people": None, "total": None},
        "knock_outs": [],
        "cost": {"known": int(price is not None), "kinds": 1, "likely": price or "0"},
    }


@of_kind("memo_rows")
def test_everybody_who_answered_or_quoted_has_a_row(case: Any) -> None:
    candidates = case["given"]["candidates"]
    inputs = inputs_of(candidates)
    results = {row["name"]: result_of(row) for row in candidates}
    table, _, sentence = options(inputs, results).partition("\n\n")
    rows = [line for line in table.splitlines()[2:] if line.startswith("|")]
    names = [line.split(" | ")[0].removeprefix("| ") for line in rows]
    assert sorted(names) == sorted(case["expected"]["rows"])
    with_reason = [
        name for name, line in zip(names, rows, strict=True) if REASON in line
    ]
    assert with_reason == case["expected"]["with_reason"]
    assert re.findall(r"\b[BC]\b", sentence) == case["expected"]["named_only"]
    cheapest = case["expected"]["cheapest"]
    said = price_gap(inputs, results, inputs["choice"]["candidate"])
    assert (f" {cheapest}" in said) if cheapest else not said
    out = {row["name"] for row in candidates if row["state"] == "eliminated"}
    assert ("which was eliminated" in said) == (cheapest in out)
