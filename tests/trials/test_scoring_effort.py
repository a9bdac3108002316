"""What “yes” costs in days: read, counted and compared as the cases say."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from trials.scoring.effort import EffortCell, sums_of
from vendors.effort import BUYER, THIRD_PARTY, VENDOR, Effort, read_effort, written

FILE = Path(__file__).parents[1] / "data/cases/effort_cases.json"
CASES = json.loads(FILE.read_text())["cases"]
READ = [case for case in CASES if "read" in case]
COUNTED = [case for case in CASES if "cells" in case]


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])


def shown(days: Any) -> list[str] | None:
    return None if days is None else [written(day) for day in days]


def effort_of(sent: Any) -> Effort | None:
    return read_effort(sent, "now", is_sold=True)


def cell_of(given: dict[str, Any]) -> EffortCell:
    trial = given.get("trial") or {}
    if trial.get("vendor_ran"):
        trial = {}
    took = trial.get("took")
    return EffortCell(
        weight=given["weight"],
        is_must=given["must"],
        availability=given["availability"],
        effort=effort_of(given["effort"]),
        judged=effort_of(trial.get("judged_effort")),
        took=None if took is None else Fraction(took),
    )


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
    assert {
        "how": effort.how,
        "days": shown(effort.days),
        "by": effort.by,
        "stated": effort.is_stated,
    } == expected


@pytest.mark.parametrize("case", COUNTED, ids=name_of)
def test_the_efforts_of_a_candidate_are_summed(case: dict[str, Any]) -> None:
    brief, rate = case["brief"], case["brief"]["hourly_rate"]
    cells = [cell_of(one) for one in case["cells"] if not one.get("not_applicable")]
    sums = sums_of(
        cells,
        planning_factor=Fraction(brief["planning_factor"]),
        hourly_rate=None if rate is None else Fraction(rate),
        engineers=brief["engineers"],
    )
    assert {
        "how": sums.by_how,
        "not_stated": [sums.not_stated, sums.of],
        "vendor": shown(sums.days[VENDOR]),
        "third_party": shown(sums.days[THIRD_PARTY]),
        "ours": shown(sums.days[BUYER]),
        "money": shown(sums.money),
        "or_more": sums.or_more,
        "load": sums.load or None,
        "needs_customising": sums.customising or None,
        "took": sums.took or None,
    } == case["expected"]
