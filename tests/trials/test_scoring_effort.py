"""What “yes” costs in days: read, counted and compared as the cases say."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.trials import effort_again
from trials.scoring.effort import EffortCell, EffortSums
from vendors.effort import BUYER, THIRD_PARTY, VENDOR, half_days, read_effort, written

FILE = Path(__file__).parents[1] / "data/cases/effort_cases.json"
CASES = json.loads(FILE.read_text())["cases"]
READ = [case for case in CASES if "read" in case]
COUNTED = [case for case in CASES if "cells" in case]


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


def shown(days: Any) -> list[str] | None:
    return None if days is None else [written(day) for day in days]


def cell_of(given: dict[str, Any]) -> EffortCell:
    trial = given.get("trial") or {}
    if trial.get("vendor_ran"):
        trial = {}
    return {
        "weight": given["weight"],
        "is_must": given["must"],
        "availability": given["availability"],
        "effort": read_effort(given["effort"], "now"),
        "judged": read_effort(trial.get("judged_effort"), "now"),
        "took": trial.get("took"),
    }


@pytest.mark.parametrize("case", READ, ids=name_of)
def test_an_effort_is_read_or_refused_with_a_sentence(case: dict[str, Any]) -> None:
    expected, sold = case["expected"], case.get("sold", True)
    terms = (case["read"], case.get("availability", "now"))
    if "refused" in expected:
        with pytest.raises(ValueError) as refused:
            read_effort(*terms, is_sold=sold)
        assert str(refused.value) == expected["refused"]
        return
    effort = read_effort(*terms, is_sold=sold)
    assert effort is not None
    assert {**effort, "days": [*effort["days"].values()], "stated": True} == expected


def counted(cells: list[dict[str, Any]], brief: dict[str, Any]) -> dict[str, Any]:
    sums = EffortSums(
        [cell_of(one) for one in cells if not one.get("not_applicable")],
        {**brief, "loaded_hourly_rate": brief["hourly_rate"]},
    )
    return {
        "how": sums.by_how,
        "not_stated": [sums.not_stated, sums.of],
        "vendor": shown(sums.days[VENDOR]),
        "third_party": shown(sums.days[THIRD_PARTY]),
        "ours": shown(sums.days[BUYER]),
        "money": shown(sums.money),
        "or_more": sums.not_stated > 0,
        "load": sums.load or None,
        "needs_customising": sums.customising or None,
        "took": sums.took or None,
    }


@pytest.mark.parametrize("case", COUNTED, ids=name_of)
def test_the_efforts_of_a_candidate_are_summed(case: dict[str, Any]) -> None:
    assert counted(case["cells"], case["brief"]) == case["expected"]
    assert effort_again.count(case["cells"], case["brief"]) == case["expected"]


def test_two_hundred_candidates_come_to_the_same_when_counted_again() -> None:
    said = Counter[str]()
    for cells, brief in effort_again.candidates(200):
        sums = counted(cells, brief)
        assert sums == effort_again.count(cells, brief), (cells, brief)
        said.update(name for name, value in sums.items() if value)
    # Each thing that can be said is said of some, and left out of others.
    names = ("vendor", "ours", "money", "or_more", "load", "needs_customising", "took")
    assert all(20 < said[name] < 190 for name in names), said


@pytest.mark.parametrize("sent", [True, 1.5, "1e2", "1_0", " 2", "٢", "-1", "2001", ""])
def test_days_are_written_in_plain_halves(sent: Any) -> None:
    with pytest.raises(ValueError, match="in halves, lowest first"):
        half_days(sent)
